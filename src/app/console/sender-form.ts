import type { SenderForm } from '../../console/clients/clients.ts';
import { authorizePath } from '../../http/authorize-route.ts';
import { tokenPath } from '../../http/token-route.ts';
import { webhookPaths } from '../../http/webhook-routes.ts';

const placeholder = 'https://YOUR-PUBLIC-ADDRESS';

/** What the sender's form asks for, besides the values of one client. */
export function senderForm(publicUrl: string | undefined): SenderForm {
  const base = publicUrl ?? placeholder;
  return {
    authenticationUrl: base + authorizePath,
    tokenUrl: base + tokenPath,
    webhookUrls: webhookPaths.map(({ path, stage }) => ({ stage: stage ?? 'any push', url: base + path })),
    isPublic: publicUrl !== undefined,
  };
}

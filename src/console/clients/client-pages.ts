import { Router, type Response } from 'express';
import type { Clock } from '../../domain/clock.ts';
import { rotateClientSecret } from '../../auth/clients.ts';
import { approvedUntil } from '../../auth/grants.ts';
import { redirectUriFault } from '../../auth/redirect-uri.ts';
import { readClient, readClients, updateClient, type OAuthClientRow } from '../../store/oauth/oauth-rows.ts';
import type { Store } from '../../store/store.ts';
import { Problem } from '../../web/problem.ts';
import { visitOf } from '../access.ts';
import { sendConsolePage } from '../console-page.ts';
import { hiddenToken } from '../hidden-token.ts';
import { postForm, type Change, type FormDependencies } from '../post-form.ts';
import { clientsContent, type AskedRedirect, type SenderForm } from './clients.ts';
import { newSecretContent } from './new-secret.ts';

/** The unregistered redirect URIs that authorization requests named. */
export interface AskedRedirects {
  /** The latest first. */
  readonly read: () => Promise<readonly AskedRedirect[]>;
  readonly forget: (clientId: string, uri: string) => Promise<void>;
}

export interface ClientDependencies {
  readonly store: Store;
  /** Hashes client secrets. */
  readonly secretKey: string;
  readonly askedRedirects: AskedRedirects;
  /** The values that the sender's form asks for. */
  readonly senderForm: SenderForm;
  readonly timeZone: string;
  readonly clock: Clock;
  readonly forms: FormDependencies;
}

const clientsPath = '/console/clients';
const oldSecretMs = 24 * 3_600_000;

/** The page of the OAuth clients, and the changes that it offers. */
export function clientPages(dependencies: ClientDependencies): Router {
  const { store, secretKey, askedRedirects, senderForm, timeZone, clock, forms } = dependencies;
  const router = Router();

  router.get(clientsPath, async (_request, response) => {
    const [clients, until, asked] = await Promise.all([
      readClients(store),
      approvedUntil(store, clock),
      askedRedirects.read(),
    ]);
    const content = clientsContent({
      ...{ clients, until, senderForm, timeZone, nowMs: clock() },
      // Skip a URI that a command has registered since the request.
      asked: asked.flatMap((one) => {
        const client = clients.find(
          ({ id, revokedAtMs }) => id === one.clientId && revokedAtMs === undefined,
        );
        const isNew = client !== undefined && !client.redirectUris.includes(one.uri);
        return isNew ? [{ ...one, clientName: client.name, fault: redirectUriFault(one.uri) }] : [];
      }),
      ...formParts(response),
    });
    sendConsolePage(response, { title: 'Clients', content });
  });

  router.post(
    `${clientsPath}/redirect`,
    postForm(forms, async (form): Promise<Change> => {
      const client = await clientOf(store, form);
      const uri = form.get('uri') ?? '';
      const fault = redirectUriFault(uri);
      if (fault !== undefined) throw new Problem('bad_request', `The redirect URI ${fault}.`);
      return {
        what: 'registered a redirect URI',
        filter: `${client.id} ${uri}`,
        run: async () => {
          const isNew = !client.redirectUris.includes(uri);
          const uris = [...new Set([...client.redirectUris, uri])];
          await updateClient(store, client.id, { redirect_uris: JSON.stringify(uris) });
          await askedRedirects.forget(client.id, uri);
          const notice = `${uri} is registered for ${client.name}. Approve the client again from the sender's form.`;
          return { count: isNew ? 1 : 0, answer: { to: clientsPath, notice } };
        },
      };
    }),
  );

  router.post(
    `${clientsPath}/rotate`,
    postForm(forms, async (form): Promise<Change> => {
      const client = await clientOf(store, form);
      return {
        what: 'rotated the secret of a client',
        filter: client.id,
        run: async () => {
          const untilMs = clock() + oldSecretMs;
          const made = await rotateClientSecret(store, secretKey, client.id, untilMs);
          if (made === undefined) throw unknownClient();
          const wasStillValid = (client.previousSecretUntilMs ?? 0) > clock();
          const content = newSecretContent({ made, untilMs, wasStillValid, timeZone, nowMs: clock() });
          return { count: 1, answer: { title: 'New secret', content } };
        },
      };
    }),
  );

  router.post(
    `${clientsPath}/revoke`,
    postForm(forms, async (form): Promise<Change> => {
      const client = await clientOf(store, form);
      if (form.get('sure') !== 'yes')
        throw new Problem(
          'bad_request',
          'Nothing was revoked. Tick the box to confirm, and send the form again.',
        );
      return {
        what: 'revoked a client',
        filter: client.id,
        run: async () => {
          if (!(await updateClient(store, client.id, { revoked_at: clock() }))) throw unknownClient();
          const notice = `${client.name} is revoked. Within a second, its tokens are refused too.`;
          return { count: 1, answer: { to: clientsPath, notice } };
        },
      };
    }),
  );
  return router;
}

function formParts(response: Response): { token: ReturnType<typeof hiddenToken>; canChange: boolean } {
  return { token: hiddenToken(response), canChange: visitOf(response).access === 'operator' };
}

async function clientOf(store: Store, form: URLSearchParams): Promise<OAuthClientRow> {
  const client = await readClient(store, form.get('client') ?? '');
  if (client === undefined) throw unknownClient();
  return client;
}

function unknownClient(): Problem {
  return new Problem('not_found', 'There is no such client any more. It may have been revoked meanwhile.');
}

import { z } from 'zod';
import type { Finding } from '../../contract/adapter.ts';

const answersWithinMs = 10_000;
const path = '/.well-known/oauth-authorization-server';

const metadataSchema = z.object({ issuer: z.string() });

/** Fetches the issuer's metadata through the public address, which proves name, certificate and proxy. */
export async function examinePublicAddress(publicUrl: string | undefined): Promise<Finding[]> {
  if (publicUrl === undefined) return [];
  let response: Response;
  try {
    response = await fetch(`${publicUrl}${path}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(answersWithinMs),
    });
  } catch (error) {
    return [unreachable(publicUrl, error)];
  }
  const metadata = metadataSchema.safeParse(await response.json().catch(() => undefined));
  if (response.status === 200 && metadata.data?.issuer === publicUrl)
    return [
      { level: 'ok', message: `${publicUrl} reaches this receiver: name, certificate and proxy work.` },
    ];
  return [
    response.status === 200 && metadata.success
      ? {
          level: 'warning',
          message: `${publicUrl} reaches a receiver with another PUBLIC_URL.`,
          remedy: 'Restart the receiver after a change of PUBLIC_URL, and check where the proxy forwards to.',
        }
      : {
          level: 'warning',
          message: `${publicUrl}${path} answered ${response.status} instead of the issuer's metadata.`,
          remedy:
            response.status >= 500
              ? 'The proxy does not reach the receiver: check its upstream address and port.'
              : 'Make the proxy forward /webhooks/, /oauth/ and this path, as docs/deploy/nginx.conf does.',
        },
  ];
}

function unreachable(publicUrl: string, error: unknown): Finding {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  const code = cause?.code ?? (name === 'TimeoutError' ? 'no answer' : 'unknown error');
  return {
    level: 'warning',
    message: `${publicUrl} cannot be reached from this machine (${code}).`,
    remedy: remedyOf(code),
  };
}

/** What to do about an error of a connection to the public address. */
export function remedyOf(code: string): string {
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) return 'The name does not resolve: check its DNS record.';
  if (/CERT|SELF_SIGNED|ALTNAME|UNABLE_TO|SSL|TLS/.test(code))
    return 'The certificate is not valid. Check its name, its expiry date and its chain (fullchain.pem).';
  if (code === 'ECONNREFUSED')
    return 'Nothing listens there: start the proxy, and check that it listens on 443.';
  return 'Check the proxy and the firewall. Some networks do not let a machine reach its own public address.';
}

import { z } from 'zod';
import { refusalReason } from '../../web/refusal-reasons.ts';
import { unreachable } from './reach.ts';
import { StepFailed } from './steps.ts';

const answersWithinMs = 30_000;

const metadataSchema = z.object({ issuer: z.string(), token_endpoint: z.string() });
const tokenSchema = z.object({ access_token: z.string() });
const storedSchema = z.object({ status: z.literal('stored'), pushId: z.string(), callId: z.string() });
const problemSchema = z.object({ code: z.string().optional(), error: z.string().optional() });

const proxyRemedy =
  'Compare the proxy with docs/deploy/nginx.conf: it forwards /webhooks/, /oauth/ and the metadata.';

/** Reads the issuer's metadata. Returns the issuer. */
export async function readIssuer(base: string): Promise<string> {
  const { status, body } = await ask(`${base}/.well-known/oauth-authorization-server`, {});
  const metadata = metadataSchema.safeParse(body);
  if (status !== 200 || !metadata.success)
    throw new StepFailed(`The request for the issuer's metadata was answered ${status}.`, proxyRemedy);
  const { issuer } = metadata.data;
  if (issuer !== base)
    throw new StepFailed(
      `The receiver there calls itself ${issuer}, not ${base}.`,
      'Set PUBLIC_URL to the address that Jet uses, and restart the receiver.',
    );
  return issuer;
}

/** Takes an access token by client credentials. */
export async function takeToken(base: string, clientId: string, clientSecret: string): Promise<string> {
  const { status, body } = await ask(`${base}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const token = tokenSchema.safeParse(body);
  if (status === 200 && token.success) return token.data.access_token;
  throw refused('The token request', status, body);
}

/** Sends one push. Returns the id of the stored call. */
export async function sendPush(base: string, token: string, push: object): Promise<string> {
  const { status, body } = await ask(`${base}/webhooks/jet/call-end`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(push),
  });
  const stored = storedSchema.safeParse(body);
  if (status === 200 && stored.success) return stored.data.callId;
  throw refused('The push', status, body);
}

async function ask(url: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
  try {
    const answer = await fetch(url, {
      ...{ ...init, redirect: 'manual' },
      signal: AbortSignal.timeout(answersWithinMs),
    });
    return { status: answer.status, body: await answer.json().catch(() => undefined) };
  } catch (error) {
    throw unreachable(`${new URL(url).host} did not answer`, error);
  }
}

function refused(what: string, status: number, body: unknown): StepFailed {
  const { code, error } = problemSchema.safeParse(body).data ?? {};
  const known = code ?? error;
  if (known === undefined) return new StepFailed(`${what} was answered ${status}.`, proxyRemedy);
  const { because, remedy } = refusalReason(known);
  return new StepFailed(`${what} was answered ${status}, because ${because} (${known}).`, remedy);
}

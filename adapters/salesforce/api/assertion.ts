import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { AdapterMisconfigured } from '#contract';

const validForMs = 3 * 60_000;

/**
 * Makes the assertion that the JWT bearer flow uses instead of a secret. It names the client and the user, and is
 * signed with the private key (RS256).
 *
 * @param identity `loginUrl` is the address that the token is requested from
 * @throws AdapterMisconfigured when the private key cannot be read or is not an RSA key
 */
export function signAssertion(
  identity: { clientId: string; username: string; privateKey: string; loginUrl: string },
  nowMs: number,
): string {
  const claims = {
    iss: identity.clientId,
    sub: identity.username,
    aud: audienceOf(identity.loginUrl),
    exp: Math.floor((nowMs + validForMs) / 1000),
  };
  const signed = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), readKey(identity.privateKey)).toString('base64url')}`;
}

/** The token is requested from the org's own address, but the audience is the login host that such orgs share. */
function audienceOf(loginUrl: string): string {
  const { hostname, origin } = new URL(loginUrl);
  if (!hostname.endsWith('.my.salesforce.com')) return origin;
  return /\.(?:sandbox|scratch)\.my\.salesforce\.com$/.test(hostname)
    ? 'https://test.salesforce.com'
    : 'https://login.salesforce.com';
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Reported below. The library's message is omitted, since it can describe the key.
  }
  throw new AdapterMisconfigured(
    'SALESFORCE_PRIVATE_KEY holds no RSA key that can be read.',
    'Set SALESFORCE_PRIVATE_KEY_FILE to a file that holds the private key in PEM form, without a passphrase.',
  );
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

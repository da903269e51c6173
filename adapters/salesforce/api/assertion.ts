import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { AdapterMisconfigured } from '#contract';

const livesMs = 3 * 60_000;

/**
 * What stands in for a secret in the JWT bearer flow: a statement of who asks, signed with the org's key (RS256).
 *
 * @param loginUrl where the token is asked for
 * @throws AdapterMisconfigured when the key is none
 */
export function signAssertion(
  who: { clientId: string; username: string; privateKey: string; loginUrl: string },
  nowMs: number,
): string {
  const claims = {
    iss: who.clientId,
    sub: who.username,
    aud: audienceOf(who.loginUrl),
    exp: Math.floor((nowMs + livesMs) / 1000),
  };
  const signed = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), readKey(who.privateKey)).toString('base64url')}`;
}

/** A token is asked for at the org's own address, and meant for the login host of all orgs of its kind. */
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
    // Told below, without what the library says of the key.
  }
  throw new AdapterMisconfigured(
    'SALESFORCE_PRIVATE_KEY holds no RSA key that can be read.',
    'Let SALESFORCE_PRIVATE_KEY_FILE name the file with the private key in PEM form, without a passphrase.',
  );
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

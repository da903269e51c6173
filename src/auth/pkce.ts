/**
 * What is wrong with the PKCE part of an authorization request (RFC 7636 section 4.3), or undefined.
 *
 * @param required true when the client must send a challenge
 */
export function challengeFault(
  challenge: string | undefined,
  method: string | undefined,
  required: boolean,
): string | undefined {
  if (challenge === undefined) {
    if (required) return 'code_challenge is missing: this client must use PKCE.';
    return method === undefined ? undefined : 'code_challenge is missing.';
  }
  if (method !== 'S256') return 'code_challenge_method must be S256.';
  // The base64url form of 32 bytes.
  return /^[A-Za-z0-9_-]{43}$/.test(challenge)
    ? undefined
    : 'code_challenge is not the form of a SHA-256 digest.';
}

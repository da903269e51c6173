/**
 * Describes the fault in the PKCE parameters of an authorization request (RFC 7636 section 4.3); undefined when valid.
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
  // 43 characters are 32 bytes in base64url.
  return /^[A-Za-z0-9_-]{43}$/.test(challenge)
    ? undefined
    : 'code_challenge must be a SHA-256 digest in base64url.';
}

import { createHash, createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * A random text of `[A-Za-z0-9]`: clients encode other characters in three different ways when they send them
 * by HTTP Basic. 43 characters hold 256 bits.
 */
export function randomText(length = 43): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // Bytes above the largest multiple of 62 would make some characters likelier than others.
      if (byte < 248 && text.length < length) text += alphabet.charAt(byte % 62);
    }
  }
  return text;
}

/** True for a text as {@link randomText} makes them. */
export function isRandomText(text: string): boolean {
  return /^[A-Za-z0-9]{43}$/.test(text);
}

/** How a token is stored: random enough that no key or slow hash is needed. Hexadecimal. */
export function hashToken(token: string): string {
  return hash('sha256', token);
}

/** How a client secret is stored: under the server's key, so that the database alone verifies nothing. */
export function hashSecret(secret: string, secretKey: string): string {
  return createHmac('sha256', secretKey).update(secret).digest('hex');
}

/** Compares in a time that tells nothing of where two texts differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

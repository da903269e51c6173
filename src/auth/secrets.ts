import { createHash, createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Makes a random text of letters and digits. Other characters are avoided, because clients encode them in three different
 * ways in HTTP Basic. 43 characters contain 256 random bits.
 */
export function randomText(length = 43): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 is the largest multiple of 62 in a byte. Higher bytes would make some characters more likely than others.
      if (byte < 248 && text.length < length) text += alphabet.charAt(byte % 62);
    }
  }
  return text;
}

/** True for a text in the format of {@link randomText}. */
export function isRandomText(text: string): boolean {
  return /^[A-Za-z0-9]{43}$/.test(text);
}

/** Hashes a token for storage, in hexadecimal. Tokens are random, so they need no key and no slow hash. */
export function hashToken(token: string): string {
  return hash('sha256', token);
}

/** Hashes a client secret for storage. It uses the server's key, so the database alone is not enough to verify one. */
export function hashSecret(secret: string, secretKey: string): string {
  return createHmac('sha256', secretKey).update(secret).digest('hex');
}

/** Compares two texts. The time taken does not reveal where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

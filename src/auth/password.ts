import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// OWASP's minimum for scrypt. Each check takes 128 MiB and about half a second.
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 192 * 1024 * 1024 };
const keyLength = 32;

/** Hashes a password for storage: `scrypt$salt$hash`, in hexadecimal. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${salt.toString('hex')}$${(await derive(password, salt)).toString('hex')}`;
}

export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, salt = '', hash = ''] = stored.split('$');
  const derived = await derive(password, Buffer.from(salt, 'hex'));
  const expected = Buffer.from(hash, 'hex');
  return expected.length === keyLength && timingSafeEqual(derived, expected);
}

// Hashes run one at a time, so that many sign-ins at once cannot use up the memory needed for receiving.
let last: Promise<unknown> = Promise.resolve();

function derive(password: string, salt: Buffer): Promise<Buffer> {
  const next = last.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(password, salt, keyLength, cost, (error, key) =>
          error === null ? resolve(key) : reject(error),
        );
      }),
  );
  last = next.catch(() => undefined);
  return next;
}

import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../src/auth/password.ts';
import { redirectUriFault } from '../../src/auth/redirect-uri.ts';
import { loadSecretKey } from '../../src/auth/secret-key.ts';
import { equalInConstantTime, hashSecret, hashToken, randomText } from '../../src/auth/secrets.ts';

describe('a random text', () => {
  it.each([1, 24, 43, 64])('a random text of %i characters consists of letters and digits', (length) => {
    expect(randomText(length)).toMatch(new RegExp(`^[A-Za-z0-9]{${length}}$`));
  });

  it('a random text uses every letter and digit about as often', () => {
    const counts = new Map<string, number>();
    for (const character of randomText(62_000)) counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // Each is expected 1,000 times. A difference of 200 is more than six standard deviations.
    expect(Math.min(...counts.values())).toBeGreaterThan(800);
    expect(Math.max(...counts.values())).toBeLessThan(1_200);
  });

  it('a random text is different every time', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => randomText())).size).toBe(1_000);
  });
});

describe('a hash', () => {
  it('the hash of a token is its SHA-256', () => {
    expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('the hash of a secret depends on the key', () => {
    expect(hashSecret('abc', 'key')).not.toBe(hashSecret('abc', 'kez'));
  });
});

describe('a comparison in constant time', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'ab', false],
    ['', '', true],
    ['é', 'e\u0301', false],
  ])('a comparison in constant time of "%s" and "%s" is %s', (a, b, equal) => {
    expect(equalInConstantTime(a, b)).toBe(equal);
  });
});

describe('a password', () => {
  it('a password matches its own hash only', async () => {
    const stored = await hashPassword('correct horse');
    expect(stored).toMatch(/^scrypt\$[0-9a-f]{32}\$[0-9a-f]{64}$/);
    expect(await verifyPassword('correct horse', stored)).toBe(true);
    expect(await verifyPassword('correct horsf', stored)).toBe(false);
  });

  it.each(['', 'scrypt', 'scrypt$$', 'scrypt$00$00'])(
    'an empty password does not match the broken hash "%s"',
    async (stored) => {
      expect(await verifyPassword('', stored)).toBe(false);
    },
  );
});

describe('a redirect URI', () => {
  it.each([
    'https://jet.example/callback?a=b',
    'http://localhost:8080/x',
    'http://127.0.0.1/',
    'http://[::1]:1/',
  ])('the redirect URI %s can be registered', (uri) => {
    expect(redirectUriFault(uri)).toBeUndefined();
  });

  it.each([
    ['http://jet.example/callback', 'must begin with https://'],
    ['http://localhost.evil.example/', 'must begin with https://'],
    ['javascript:alert(1)', 'must begin with https://'],
    ['data:text/html,x', 'must begin with https://'],
    ['https://jet.example/#', 'must not have a fragment (#)'],
    ['https://jet.example/#x', 'must not have a fragment (#)'],
    ['https://user@jet.example/', 'must not contain a user'],
    ['https://user:pass@jet.example/', 'must not contain a user'],
    ['/callback', 'is not an absolute address'],
    ['', 'is not an absolute address'],
  ])('the redirect URI %s cannot be registered', (uri, fault) => {
    expect(redirectUriFault(uri)).toBe(fault);
  });
});

describe('the secret key', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'jet-key-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('the secret key is the given one, if there is one', () => {
    expect(loadSecretKey('given', join(folder, 'nowhere'))).toBe('given');
  });

  it('the secret key is made once, in a file that only its owner can read', () => {
    const file = join(folder, 'made', 'secret-key');
    const key = loadSecretKey(undefined, file);
    expect(key).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(loadSecretKey(undefined, file)).toBe(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'made')).mode & 0o077).toBe(0);
  });

  it('the secret key is not replaced when the file is too short', () => {
    const file = join(folder, 'short');
    writeFileSync(file, 'short\n');
    expect(() => loadSecretKey(undefined, file)).toThrow(/Restore it from a backup/);
    expect(readFileSync(file, 'utf8')).toBe('short\n');
  });

  it.skipIf(process.getuid?.() === 0)('the secret key is not replaced when the file cannot be read', () => {
    const file = join(folder, 'unreadable');
    writeFileSync(file, 'x'.repeat(64));
    chmodSync(file, 0);
    expect(() => loadSecretKey(undefined, file)).toThrow(/EACCES/);
  });
});

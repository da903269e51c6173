import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { coreSchema } from '../../src/config/core-schema.ts';
import { isEasyToGuess } from '../../src/config/chosen-secret.ts';

describe('a chosen secret is easy to guess', () => {
  it.each([
    'aaaaaaaaaaaaaaaa',
    'abababababababab',
    '1111111111111112',
    'passwordpassword',
    'changemechangeme',
    'changeme-changeme-ch',
    '1234567890123456',
    '0123456789abcdef',
    'abcdefghijklmnop',
    'qwertyuiopasdfgh',
    'QWERTYUIOPASDFGH',
    '9876543210987654',
    'Password12345678',
    'P@ssw0rdP@ssw0rd!',
    'my-secret-token-1',
    'your-secret-here',
    'adminadminadmin1',
    'JetWebhookSecret2024',
    'JetInteractive2026',
    'supersecretpassword',
    'letmeinletmein12',
    '................x',
  ])('a chosen secret is easy to guess: %s', (secret) => {
    expect(isEasyToGuess(secret)).toBe(true);
  });
});

describe('a chosen secret is hard to guess', () => {
  it.each([
    'invented-calls-only',
    'correct horse battery staple',
    'a-secret-of-24-characters',
    'the-one-before-24-characters',
    'a-token-for-the-figures',
    'console-password-of-the-tests',
    'Bearer a-value-with-spaces',
    'acme-jet-webhook-8f3k2q',
    'Grüne Äpfel im Garten',
  ])('a chosen secret is hard to guess: %s', (secret) => {
    expect(isEasyToGuess(secret)).toBe(false);
  });

  it.each(['base64', 'base64url', 'hex'] as const)(
    'a chosen secret is hard to guess when it is random in %s',
    (encoding) => {
      const refused = Array.from({ length: 2_000 }, () => randomBytes(32).toString(encoding)).filter(
        isEasyToGuess,
      );
      expect(refused).toEqual([]);
    },
  );
});

describe('a setting that is easy to guess', () => {
  it.each(['WEBHOOK_HEADER_VALUE', 'CONSOLE_PASSWORD', 'METRICS_TOKEN'])(
    'a setting that is easy to guess stops the start with a message that names a command for a good one: %s',
    (name) => {
      const { error } = coreSchema.safeParse({ [name]: 'passwordpassword' });
      expect(error?.issues.map(({ path }) => path)).toEqual([[name]]);
      expect(error?.message).toContain('openssl rand -base64 32');
      expect(error?.message).not.toContain('passwordpassword');
    },
  );

  it('a setting that is easy to guess is accepted as WEBHOOK_HEADER_VALUE_PREVIOUS, because Jet may still send it', () => {
    expect(coreSchema.safeParse({ WEBHOOK_HEADER_VALUE_PREVIOUS: 'passwordpassword' }).success).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { coreSchema, type CoreSettings } from '../../src/config/core-schema.ts';

type Name = keyof CoreSettings;

/** The value of a setting, or undefined when the text is refused. */
function read<Key extends Name>(name: Key, text: string): CoreSettings[Key] | undefined {
  const result = coreSchema.safeParse({ [name]: text });
  return result.success ? result.data[name] : undefined;
}

const cases = {
  PORT: { good: { '0': 0, '65535': 65535, '8080': 8080 }, bad: ['-1', '65536', '80.5', 'http', 'NaN'] },
  CONSOLE_PORT: { good: { '0': 0, '3100': 3100 }, bad: ['-1', '65536', 'off'] },
  PUBLIC_URL: {
    good: {
      'https://calls.example.com': 'https://calls.example.com',
      'https://calls.example.com/': 'https://calls.example.com',
      'https://Example.COM:8443': 'https://example.com:8443',
      'http://localhost:3000': 'http://localhost:3000',
      'http://127.0.0.1:3000': 'http://127.0.0.1:3000',
    },
    bad: [
      ...[
        'http://calls.example.com',
        'calls.example.com',
        'ftp://example.com',
        'https://user:pw@example.com',
        'https://example.com/jet/',
      ],
      ...[
        'https://example.com?a=b',
        'https://example.com/#x',
        'http://localhost.example.com',
        'https://',
        'javascript:x',
      ],
    ],
  },
  TRUST_PROXY: {
    good: {
      '0': 0,
      '1': 1,
      loopback: ['loopback'],
      'loopback, 10.0.0.0/8': ['loopback', '10.0.0.0/8'],
      '::1,2001:db8::/32': ['::1', '2001:db8::/32'],
      '192.0.2.1': ['192.0.2.1'],
    },
    bad: [
      ...[
        'true',
        'false',
        'all',
        '*',
        '',
        'abc',
        '1.2.3',
        '10.0.0.0/33',
        '::/129',
        '10.0.0.0/8/8',
        '10.0.0.0/',
      ],
      ...['0.0.0.0/0', '::/0', 'loopback,true', 'proxy.example', '-1', '1000', '10.0.0.0/08'],
    ],
  },
  DATABASE_URL: {
    good: Object.fromEntries(
      ['sqlite:./a.sqlite', 'sqlite:/a', 'postgres://a', 'postgresql://a/b', 'mysql://a', 'mariadb://a'].map(
        (url) => [url, url],
      ),
    ),
    bad: ['sqlite:', 'sqlite', './a.sqlite', 'postgres:a', 'mssql://a', 'http://a'],
  },
  JET_STATUS_MAP: {
    good: { ',': new Map(), 'VOICEMAIL=missed,': expect.any(Map) as unknown },
    bad: ['VOICEMAIL', 'VOICEMAIL=', '=missed', 'VOICEMAIL=gone', 'A=missed=busy', 'VOICEMAIL:missed'],
  },
  TIME_ZONE: {
    good: { UTC: 'UTC', 'Australia/Perth': 'Australia/Perth' },
    bad: ['Sydney', 'AEST+10', '../etc'],
  },
  DEFAULT_COUNTRY: { good: { NZ: 'NZ' }, bad: ['au', 'AUS', '61'] },
  DEFAULT_AREA_CODE: { good: { '02': '02' }, bad: ['(02)', '+61', '123456'] },
  ROLE: { good: { all: 'all', receive: 'receive', deliver: 'deliver' }, bad: ['both', 'ALL'] },
  WEBHOOK_HEADER_NAME: {
    good: { 'X-Api-Key': 'x-api-key', Authorization: 'authorization' },
    bad: ['X Api Key', 'X-Api-Key:', 'Ünicode', 'a\r\nb'],
  },
  WEBHOOK_HEADER_VALUE: {
    good: { 'Bearer a-value-with-spaces': 'Bearer a-value-with-spaces' },
    bad: [
      '15-characters-x',
      ' leading-space-000',
      'trailing-space-000 ',
      'schlüssel-ünd-schloß',
      'line\nbreak-0000000',
    ],
  },
  QUARANTINE_MB: { good: { '0.5': 0.5, '100': 100 }, bad: ['0', '-1', 'many', 'Infinity'] },
  SETTLE_AFTER: {
    good: { '5s': 5_000, '30m': 1_800_000, '4h': 14_400_000 },
    bad: ['4', '4 hours', 'h', '-4h'],
  },
  LOG_LEVEL: { good: { trace: 'trace', silent: 'silent' }, bad: ['INFO', 'verbose'] },
} as const satisfies Partial<Record<Name, { good: Record<string, unknown>; bad: readonly string[] }>>;

describe.each(Object.entries(cases))('%s', (name, { good, bad }) => {
  it.each(Object.entries(good))('the setting accepts "%s"', (text, value: unknown) => {
    expect(read(name as Name, text)).toEqual(value);
  });

  it.each(bad)('the setting refuses "%s"', (text) => {
    expect(read(name as Name, text)).toBeUndefined();
  });
});

describe('JET_STATUS_MAP', () => {
  it('JET_STATUS_MAP maps each word to a status, regardless of case', () => {
    const map = read('JET_STATUS_MAP', 'Voicemail=missed, TRANSFERRED = answered');
    expect([...(map?.values() ?? [])]).toEqual(['missed', 'answered']);
  });
});

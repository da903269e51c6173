import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kitAdapters as adapters } from '../../adapters/index.ts';
import { coreSchema, coreSecrets } from '../../src/config/core-schema.ts';
import { readSettings } from '../../src/config/read-settings.ts';

const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
/** Each setting with its example value and the comment above it. */
const shown = new Map<string, { value: string; comment: string }>();
let comment: string[] = [];
for (const line of text.split('\n')) {
  const [, name, value] = /^#([A-Z][A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
  if (name !== undefined && value !== undefined) shown.set(name, { value, comment: comment.join(' ') });
  else if (line.startsWith('# ')) comment.push(line.slice(2));
  else if (line.trim() === '') comment = [];
}

const schemas = [coreSchema, ...adapters.map(({ configSchema }) => configSchema)];
const names = schemas.flatMap((schema) => Object.keys(schema.shape));

/** The required settings of each adapter, for which the file shows no value. */
const needed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  salesforce: {
    SALESFORCE_LOGIN_URL: 'https://needed.my.salesforce.com',
    SALESFORCE_CLIENT_ID: 'needed',
    SALESFORCE_CLIENT_SECRET: 'needed',
  },
  hubspot: { HUBSPOT_ACCESS_TOKEN: 'pat-of-12-letters' },
};

/** The value of a setting of the receiver or of an adapter; undefined when a required setting is missing. */
function valueOf(name: string, environment: Record<string, string | undefined>): unknown {
  const owner = adapters.find(({ configSchema }) => name in configSchema.shape)?.name;
  const beside = needed[owner ?? ''] ?? {};
  if (name in beside && environment[name] === undefined) return undefined;
  const enabled = owner === undefined ? {} : { ...beside, ADAPTERS: owner };
  const { core, adapters: configs } = readSettings({ ...enabled, ...environment }, adapters);
  const all: Record<string, unknown>[] = [{ ...core }, ...configs.values()];
  return all.find((settings) => name in settings)?.[name];
}

/** True for a list or table that is empty by default. The file shows an example for it, not the default. */
function isEmpty(value: unknown): boolean {
  return value instanceof Map ? value.size === 0 : Array.isArray(value) && value.length === 0;
}

describe('.env.example', () => {
  it('.env.example names every setting once', () => {
    expect([...shown.keys()].sort()).toEqual([...new Set(names)].sort());
    for (const name of names) expect(text.match(new RegExp(`^#${name}=`, 'gm'))).toHaveLength(1);
  });

  it('.env.example sets nothing, because every setting is commented out', () => {
    expect(text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it('.env.example is valid when every setting in it is used', () => {
    const environment = Object.fromEntries([...shown].map(([name, { value }]) => [name, value]));
    const headerValue = { WEBHOOK_HEADER_VALUE: 'a-value-of-20-letters' };
    expect(() => readSettings({ ...environment, ...headerValue }, adapters)).not.toThrow();
  });

  it.each([...shown].filter(([, { value }]) => value !== ''))(
    '.env.example shows the default or an example for %s',
    (name) => {
      const beside = name === 'WEBHOOK_HEADER_NAME' ? { WEBHOOK_HEADER_VALUE: 'a-value-of-20-letters' } : {};
      const byDefault = valueOf(name, {});
      const asShown = valueOf(name, { ...beside, [name]: shown.get(name)?.value });
      const hasDefault = byDefault !== undefined && !isEmpty(byDefault);
      if (hasDefault) expect(asShown).toEqual(byDefault);
      else expect(asShown).not.toEqual(byDefault);
    },
  );

  it.each([...coreSecrets, ...adapters.flatMap(({ secrets }) => secrets)])(
    '.env.example says that %s is secret',
    (name) => {
      expect(shown.get(name)?.comment.toLowerCase()).toContain('secret');
    },
  );
});

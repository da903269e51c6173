import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { adapters } from '../../adapters/index.ts';
import { coreSecrets } from '../../src/config/core-schema.ts';
import { InvalidSettings, readSettings, type Settings } from '../../src/config/read-settings.ts';

const read = (environment: Record<string, string | undefined>): Settings =>
  readSettings(environment, adapters);

/** The faults of settings, each as one text. The list is empty for valid settings. */
function faultsOf(
  environment: Record<string, string>,
  known: Parameters<typeof readSettings>[1] = adapters,
): string[] {
  try {
    readSettings(environment, known);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    return error.faults.map(({ name, message }) => `${name} ${message}`);
  }
}

describe('without any setting', () => {
  it('the defaults are used without any setting', () => {
    const { core } = read({});
    expect(core).toMatchObject({
      ...{ HOST: '127.0.0.1', PORT: 3000, DATABASE_URL: 'sqlite:./data/jet.sqlite', ROLE: 'all' },
      ...{ TIME_ZONE: 'Australia/Sydney', DEFAULT_COUNTRY: 'AU', ADAPTERS: ['sql'], LOG_LEVEL: 'info' },
      ...{ QUARANTINE_MB: 100, SETTLE_AFTER: 14_400_000, CONSOLE_HOST: '127.0.0.1', CONSOLE_PORT: 3100 },
    });
    expect(core.JET_STATUS_MAP.size).toBe(0);
  });

  it.each(['TRUST_PROXY', 'PUBLIC_URL', 'WEBHOOK_HEADER_NAME', 'SECRET_KEY', 'METRICS_TOKEN'] as const)(
    'the setting %s has no default',
    (name) => {
      expect(read({}).core[name]).toBeUndefined();
    },
  );

  it('an adapter has its own defaults', () => {
    expect(read({}).adapters.get('sql')).toEqual({
      REPORTING_DATABASE_URL: 'sqlite:./data/reporting.sqlite',
      ...{ RETURN_WINDOW: 48, SERVICE_LEVEL: 20, SERVICE_LEVEL_TARGET: 80, SHORT_ABANDON: 5 },
      PUBLIC_HOLIDAYS: new Map(),
    });
  });
});

describe('an empty or blank variable', () => {
  it.each(['', ' ', '\t'])('an empty or blank variable counts as absent: "%s"', (blank) => {
    const { core } = read({
      PORT: blank,
      ADAPTERS: blank,
      PUBLIC_URL: blank,
      SECRET_KEY: blank,
      HOST: undefined,
    });
    expect(core).toEqual(read({}).core);
  });
});

describe('bad settings', () => {
  const bad = {
    PORT: 'canary-port',
    PUBLIC_URL: 'http://canary.example',
    TRUST_PROXY: 'true',
    DATABASE_URL: 'mongodb://canary:canary@canary/canary',
    SECRET_KEY: 'canary-short',
    SECRET_KEY_PREVIOUS: 'canary-shorter',
    JET_STATUS_MAP: 'CANARY=canary',
    TIME_ZONE: 'Canary/Canary',
    DEFAULT_COUNTRY: 'canary',
    DEFAULT_AREA_CODE: 'canary',
    ROLE: 'canary',
    WEBHOOK_HEADER_NAME: 'Canary Name',
    WEBHOOK_HEADER_VALUE: 'canary',
    WEBHOOK_HEADER_VALUE_PREVIOUS: 'canary',
    CONSOLE_PASSWORD: 'canary',
    METRICS_TOKEN: 'canary',
    LOG_LEVEL: 'canary',
    QUARANTINE_MB: '-1',
    SETTLE_AFTER: 'canary',
    REPORTING_DATABASE_URL: 'canary://',
  };

  it('bad settings are all reported at once, by name', () => {
    const names = faultsOf(bad).map((fault) => fault.split(' ', 1)[0]);
    expect(names.sort()).toEqual(Object.keys(bad).sort());
  });

  it('bad settings are reported without their values', () => {
    expect(faultsOf(bad).join('\n')).not.toMatch(/canary/i);
  });

  it('bad settings include a previous secret key that equals the present one', () => {
    const key = 'canary-of-thirty-two-characters-or-more';
    expect(faultsOf({ SECRET_KEY: key, SECRET_KEY_PREVIOUS: key })).toEqual([
      'SECRET_KEY_PREVIOUS must not be the same key as SECRET_KEY',
    ]);
  });

  it('bad settings are reported together with contradictions among them', () => {
    const faults = faultsOf({ PORT: 'x', WEBHOOK_HEADER_NAME: 'X-Key' });
    expect(faults).toEqual([
      'PORT must be a port number',
      'WEBHOOK_HEADER_VALUE must be set together with WEBHOOK_HEADER_NAME',
    ]);
  });

  it.each(Object.keys(bad) as (keyof typeof bad)[])('the bad setting %s is also reported alone', (name) => {
    const faults = faultsOf({ [name]: bad[name] });
    expect(faults.filter((fault) => fault.startsWith(`${name} `))).toHaveLength(1);
  });
});

describe('a setting that needs another', () => {
  const value = 'a-value-of-20-letters';

  it.each([
    [{ WEBHOOK_HEADER_NAME: 'X-Key' }, 'WEBHOOK_HEADER_VALUE must be set together with WEBHOOK_HEADER_NAME'],
    [{ WEBHOOK_HEADER_VALUE: value }, 'WEBHOOK_HEADER_NAME must be set together with WEBHOOK_HEADER_VALUE'],
    [
      { WEBHOOK_HEADER_VALUE_PREVIOUS: value },
      'WEBHOOK_HEADER_VALUE must be set together with WEBHOOK_HEADER_VALUE_PREVIOUS',
    ],
  ])('a setting that needs another is a fault without it: %o', (environment, fault) => {
    expect(faultsOf(environment)).toEqual([fault]);
  });
});

describe('ADAPTERS', () => {
  it('ADAPTERS with an unknown name gets a fault that lists the known ones', () => {
    expect(faultsOf({ ADAPTERS: 'sql, nowhere' })).toEqual([
      `ADAPTERS names an unknown adapter. The adapters are ${adapters.map(({ name }) => name).join(', ')}`,
    ]);
  });

  it.each(['none', ' none '])('the value "%s" of ADAPTERS enables nothing', (text) => {
    expect(read({ ADAPTERS: text }).core.ADAPTERS).toEqual([]);
  });

  it.each([',', 'none,sql', 'sql,'])(
    'the value "%s" of ADAPTERS is refused, because it is ambiguous',
    (text) => {
      expect(faultsOf({ ADAPTERS: text })).toEqual([
        'ADAPTERS must be a list of names such as sql,salesforce, or the word none alone',
      ]);
    },
  );

  it('ADAPTERS keeps a repeated name once', () => {
    expect(read({ ADAPTERS: 'sql,sql, sql' }).core.ADAPTERS).toEqual(['sql']);
  });

  it('the settings of an adapter that is not enabled are not read', () => {
    expect(faultsOf({ ADAPTERS: 'none', REPORTING_DATABASE_URL: 'canary://' })).toEqual([]);
  });

  it('a missing setting of an enabled adapter is reported', () => {
    const needy = {
      name: 'needy',
      configSchema: z.object({ NEEDY_KEY: z.string() }),
      secrets: ['NEEDY_KEY'],
    };
    expect(faultsOf({ ADAPTERS: 'needy' }, [needy])).toEqual(['NEEDY_KEY must be set']);
  });
});

describe('a secret from a file', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'jet-settings-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  function file(text: string): string {
    const path = join(folder, 'secret');
    writeFileSync(path, text);
    return path;
  }

  const long = 'a-secret-of-more-than-32-characters';
  const valid: Record<string, string> = { DATABASE_URL: 'sqlite:./elsewhere.sqlite' };

  it.each(coreSecrets)('a secret from a file is read for %s, without its line break', (name) => {
    const value = valid[name] ?? long;
    const named = name.startsWith('WEBHOOK')
      ? { WEBHOOK_HEADER_NAME: 'X-Key', WEBHOOK_HEADER_VALUE: long }
      : {};
    const others = Object.fromEntries(Object.entries(named).filter(([other]) => other !== name));
    expect(read({ ...others, [`${name}_FILE`]: file(`${value}\n`) }).core[name]).toBe(value);
  });

  it("a secret from a file is read for an adapter's secret", () => {
    const settings = read({ REPORTING_DATABASE_URL_FILE: file('sqlite:./there.sqlite\n') });
    expect(settings.adapters.get('sql')).toMatchObject({ REPORTING_DATABASE_URL: 'sqlite:./there.sqlite' });
  });

  it('a value from a file is not read for a setting that is not a secret', () => {
    expect(read({ PORT_FILE: file('8080') }).core.PORT).toBe(3000);
  });

  it('a secret from a file is a fault when the variable itself is also set', () => {
    expect(faultsOf({ SECRET_KEY: long, SECRET_KEY_FILE: file(long) })).toEqual([
      'SECRET_KEY is set twice, here and by SECRET_KEY_FILE: remove one of them',
    ]);
  });

  it('a secret from a file is a fault without its path when the file does not exist', () => {
    expect(faultsOf({ SECRET_KEY_FILE: join(folder, 'canary') })).toEqual([
      'SECRET_KEY_FILE names a file that cannot be read (ENOENT)',
    ]);
  });

  it('a secret from a file is a fault when the file is a folder', () => {
    expect(faultsOf({ SECRET_KEY_FILE: folder })).toEqual([
      'SECRET_KEY_FILE names a file that cannot be read (EISDIR)',
    ]);
  });

  it('a secret from a file is a fault without its text when it is too short', () => {
    expect(faultsOf({ SECRET_KEY_FILE: file('canary') })).toEqual([
      'SECRET_KEY must have at least 32 characters',
    ]);
  });

  it('a secret from a file is a fault when the file is empty', () => {
    expect(faultsOf({ SECRET_KEY_FILE: file('\n') })).toHaveLength(1);
  });
});

describe('settings', () => {
  it('settings cannot be changed once they are read', () => {
    const { core } = read({});
    expect(() => Object.assign(core, { PORT: 1 })).toThrow(TypeError);
  });
});

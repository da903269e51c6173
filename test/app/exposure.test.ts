import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { findExposures } from '../../src/app/exposure.ts';
import { openDatabase } from '../../src/database/open-database.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jet-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => join(folder, name);

function exposures(given: Record<string, string> = {}): string[] {
  const settings = readSettings(
    {
      DATABASE_URL: `sqlite:${file('jet.sqlite')}`,
      REPORTING_DATABASE_URL: `sqlite:${file('reporting.sqlite')}`,
      ...given,
    },
    adapters,
  );
  return findExposures(settings, file('.env')).map(({ message, remedy }) => `${message} ${remedy}`);
}

function write(name: string, mode: number): void {
  writeFileSync(file(name), 'x');
  chmodSync(file(name), mode);
}

describe('the warnings of a start', () => {
  it('a start on loopback gives no warning when no file exists', () => {
    expect(exposures()).toEqual([]);
  });

  it.each(['0.0.0.0', '192.0.2.1', '::'])('a start with HOST=%s warns when PUBLIC_URL is missing', (HOST) => {
    expect(exposures({ HOST })).toEqual([expect.stringContaining('PUBLIC_URL is not set')]);
  });

  it('a start on a public HOST with a PUBLIC_URL gives no warning', () => {
    expect(exposures({ HOST: '0.0.0.0', PUBLIC_URL: 'https://calls.example.com' })).toEqual([]);
  });

  it('a start warns of a previous header value without an end, but not of one with an end', () => {
    const header = {
      WEBHOOK_HEADER_NAME: 'x-key',
      WEBHOOK_HEADER_VALUE: 'a-secret-of-24-characters',
      WEBHOOK_HEADER_VALUE_PREVIOUS: 'the-one-before-24-characters',
    };
    expect(exposures(header)).toEqual([expect.stringContaining('without an end')]);
    expect(exposures({ ...header, WEBHOOK_HEADER_VALUE_PREVIOUS_UNTIL: '2026-12-31' })).toEqual([]);
  });

  it('a start warns of a previous secret key while it is accepted', () => {
    expect(exposures({ SECRET_KEY_PREVIOUS: 'the-key-before-of-32-characters-or-more' })).toEqual([
      expect.stringMatching(/^SECRET_KEY_PREVIOUS is set.*docs\/operations\.md/),
    ]);
  });

  it.each([
    ['.env', 0o644, 'chmod 640'],
    ['.env', 0o662, 'chmod 640'],
    ['jet.sqlite', 0o640, 'chmod 600'],
    ['secret-key', 0o604, 'chmod 600'],
    ['reporting.sqlite', 0o644, 'chmod 600'],
  ])('a start warns of %s with mode %o', (name, mode, remedy) => {
    write(name, mode);
    expect(exposures()).toEqual([expect.stringContaining(remedy)]);
  });

  it('a start does not warn of a .env that its group can read', () => {
    write('.env', 0o640);
    expect(exposures()).toEqual([]);
  });
});

describe('a new database file', () => {
  const modeOf = (path: string): number => statSync(path).mode & 0o777;

  async function make(path: string): Promise<void> {
    const database = openDatabase(`sqlite:${path}`);
    await database.knex.raw('CREATE TABLE t (x int)');
    expect(modeOf(`${path}-wal`)).toBe(modeOf(path));
    await database.close();
  }

  it('a new database file can be read and written only by its owner, and so can its log', async () => {
    await make(file('new.sqlite'));
    expect(modeOf(file('new.sqlite'))).toBe(0o600);
  });

  it('a new database file can be read by the group of a folder with the setgid bit', async () => {
    mkdirSync(file('shared'));
    chmodSync(file('shared'), 0o2750);
    await make(join(file('shared'), 'new.sqlite'));
    expect(modeOf(join(file('shared'), 'new.sqlite'))).toBe(0o640);
  });

  it.each(['DATABASE_URL', 'REPORTING_DATABASE_URL'])(
    'a start does not warn of %s in a folder with the setgid bit, unless others can read it',
    async (name) => {
      mkdirSync(file('shared'));
      chmodSync(file('shared'), 0o2750);
      const path = join(file('shared'), 'new.sqlite');
      await make(path);
      const settings = { [name]: `sqlite:${path}` };
      expect(exposures(settings)).toEqual([]);
      chmodSync(path, 0o644);
      expect(exposures(settings)).toEqual([expect.stringContaining('chmod 640')]);
    },
  );
});

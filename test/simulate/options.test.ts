import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readOptions } from '../../src/simulate/options.ts';

const client = { JET_CLIENT_ID: 'id', JET_CLIENT_SECRET: 'secret' };
let shown: string;

beforeEach(() => {
  shown = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += String(text);
    return true;
  });
});
afterEach(() => void vi.restoreAllMocks());

describe('options', () => {
  it('the options have the documented defaults', () => {
    expect(readOptions([], client)).toMatchObject({
      url: 'http://127.0.0.1:3000',
      calls: 200,
      rate: 50,
      concurrency: 10,
      reportingUrl: 'sqlite:./data/reporting.sqlite',
      landedWaitMs: 30_000,
      credentials: { kind: 'client', clientId: 'id', clientSecret: 'secret' },
    });
  });

  it('the options have a random seed when none is given', () => {
    expect(readOptions([], client).seed).not.toBe(readOptions([], client).seed);
    expect(readOptions(['--seed', '42'], client).seed).toBe(42);
  });

  it('the options use the reporting database of the environment, and skip it with --no-landed', () => {
    const environment = { ...client, REPORTING_DATABASE_URL: 'postgres://db/reporting' };
    expect(readOptions([], environment).reportingUrl).toBe('postgres://db/reporting');
    expect(readOptions(['--reporting', 'sqlite:x'], environment).reportingUrl).toBe('sqlite:x');
    expect(readOptions(['--no-landed'], environment).reportingUrl).toBeUndefined();
  });

  it("the options use the receiver's settings, including secrets from files", () => {
    const folder = mkdtempSync(join(tmpdir(), 'jet-options-'));
    const file = join(folder, 'reporting-url');
    writeFileSync(file, 'postgres://db/reporting\n');
    const environment = {
      REPORTING_DATABASE_URL_FILE: file,
      PORT: '3001',
      JET_STATUS_MAP: 'VOICEMAIL=missed',
    };
    expect(readOptions([], { ...client, ...environment, HOST: '0.0.0.0' })).toMatchObject({
      url: 'http://127.0.0.1:3001',
      reportingUrl: 'postgres://db/reporting',
      statusMap: new Map([['voicemail', 'missed']]),
    });
    expect(readOptions([], { ...client, HOST: '10.0.0.1' }).url).toBe('http://10.0.0.1:3000');
    expect(readOptions([], { ...client, HOST: '::' }).url).toBe('http://[::1]:3000');
    rmSync(folder, { recursive: true });
  });

  it("the options report every fault of the receiver's settings", () => {
    expect(() => readOptions([], { ...client, PORT: 'x', TIME_ZONE: 'y' })).toThrow(
      / {2}PORT [^]* {2}TIME_ZONE /,
    );
  });

  it('the options refuse to run when a destination other than sql is enabled, unless --allow-crm is given', () => {
    const environment = {
      ...client,
      ADAPTERS: 'sql,hubspot',
      HUBSPOT_ACCESS_TOKEN: 'pat-na1-token-of-the-tests',
    };
    expect(() => readOptions([], environment)).toThrow(CommanderError);
    expect(shown).toContain('ADAPTERS enables hubspot, so these test calls would go there too');
    expect(shown).toContain('--allow-crm');
    expect(readOptions(['--allow-crm'], environment).calls).toBe(200);
  });

  it('the options say that landed calls cannot be checked when the table is not enabled', () => {
    const environment = { ...client, ADAPTERS: 'none' };
    expect(() => readOptions([], environment)).toThrow(CommanderError);
    expect(shown).toContain('--no-landed');
    expect(readOptions(['--no-landed'], environment).reportingUrl).toBeUndefined();
  });

  it("the options use the receiver's own fixed header when no other credentials are given", () => {
    const settings = { WEBHOOK_HEADER_NAME: 'X-Trial', WEBHOOK_HEADER_VALUE: 'invented-calls-only' };
    const header = { kind: 'header', name: 'x-trial', value: 'invented-calls-only' };
    expect(readOptions([], settings).credentials).toEqual(header);
    expect(readOptions([], { ...client, ...settings }).credentials).toMatchObject({ kind: 'client' });
  });

  it('the options accept a fixed header', () => {
    const header = { kind: 'header', name: 'Authorization', value: 'Token a b' };
    expect(readOptions(['--header', 'Authorization: Token a b'], client).credentials).toEqual(header);
    expect(readOptions([], { JET_HEADER: 'Authorization: Token a b' }).credentials).toEqual(header);
  });

  it('the options strip the slash at the end of the address', () => {
    expect(readOptions(['--url', 'https://jet.example.com/base/'], client).url).toBe(
      'https://jet.example.com/base',
    );
  });

  it.each([
    [['--calls', '0'], 'from 1 to 100000'],
    [['--calls', 'many'], 'from 1 to 100000'],
    [['--rate', '-1'], 'whole number'],
    [['--seed', '4294967296'], 'from 0 to 4294967295'],
    [['--url', 'jet.example.com'], 'address such as'],
    [['--url', 'http://me:hidden@jet.example.com'], 'must not contain credentials'],
    [['--reporting', 'oracle://x'], 'sqlite:'],
    [['--header', 'nonsense'], 'Name: value'],
    [['--header', 'A: b', '--client-id', 'x'], 'not both'],
    [['--loud'], 'unknown option'],
    [['extra'], 'too many arguments'],
  ])('the options refuse %j with a message', (args, words) => {
    expect(() => readOptions(args, client)).toThrow(CommanderError);
    expect(shown).toContain(words);
    expect(shown).not.toContain('hidden');
  });

  it.each([
    [{}, 'credentials are missing'],
    [{ JET_CLIENT_ID: 'id' }, 'the client secret is missing'],
    [{ JET_CLIENT_SECRET: 'secret' }, 'the client id is missing'],
  ])('the options say which credentials are missing', (environment, words) => {
    expect(() => readOptions([], environment)).toThrow(CommanderError);
    expect(shown).toContain(words);
  });
});

import { CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readOptions } from '../../../src/cli/simulate/options.ts';

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
  it('have the documented defaults', () => {
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

  it('draw a seed when none is given', () => {
    expect(readOptions([], client).seed).not.toBe(readOptions([], client).seed);
    expect(readOptions(['--seed', '42'], client).seed).toBe(42);
  });

  it('take the reporting database from the environment, and leave it out when told', () => {
    const environment = { ...client, REPORTING_DATABASE_URL: 'postgres://db/reporting' };
    expect(readOptions([], environment).reportingUrl).toBe('postgres://db/reporting');
    expect(readOptions(['--reporting', 'sqlite:x'], environment).reportingUrl).toBe('sqlite:x');
    expect(readOptions(['--no-landed'], environment).reportingUrl).toBeUndefined();
  });

  it('take a fixed header', () => {
    const header = { kind: 'header', name: 'Authorization', value: 'Token a b' };
    expect(readOptions(['--header', 'Authorization: Token a b'], client).credentials).toEqual(header);
    expect(readOptions([], { JET_HEADER: 'Authorization: Token a b' }).credentials).toEqual(header);
  });

  it('strip the slash at the end of the address', () => {
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
    [['--url', 'http://me:hidden@jet.example.com'], 'do not belong in --url'],
    [['--reporting', 'oracle://x'], 'sqlite:'],
    [['--header', 'nonsense'], 'Name: value'],
    [['--header', 'A: b', '--client-id', 'x'], 'not both'],
    [['--loud'], 'unknown option'],
    [['extra'], 'too many arguments'],
  ])('refuse %j in words', (args, words) => {
    expect(() => readOptions(args, client)).toThrow(CommanderError);
    expect(shown).toContain(words);
    expect(shown).not.toContain('hidden');
  });

  it.each([
    [{}, 'credentials are missing'],
    [{ JET_CLIENT_ID: 'id' }, 'the client secret is missing'],
    [{ JET_CLIENT_SECRET: 'secret' }, 'the client id is missing'],
  ])('say which credentials are missing', (environment, words) => {
    expect(() => readOptions([], environment)).toThrow(CommanderError);
    expect(shown).toContain(words);
  });
});

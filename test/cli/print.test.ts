import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { oneLine, severalLines } from '../../src/domain/plain-text.ts';
import { registerDestinations } from '../../src/store/destinations.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { naughtyStrings } from '../fixtures/corpora.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';

const hostile = [
  '\u001b[31mred\u001b[0m',
  '\u009b31m',
  'a\r\nok      store: all is well',
  'a\u2028b\u2029c',
  'right\u202eto left\u2066\u2069',
  'zero\u200bwidth\u200d\ufeff',
  'bell\u0007 back\u0008 delete\u007f',
  'tab\tvertical\u000b',
];
const harmful = /[\p{C}\p{Zl}\p{Zp}]/u;

describe('one printed line', () => {
  it.each(hostile)(
    'one printed line contains no control, bidi, zero-width or line character from %j',
    (text) => {
      expect(oneLine(text)).not.toMatch(harmful);
    },
  );

  it('one printed line contains no such character from any naughty string', () => {
    expect(naughtyStrings().filter((text) => harmful.test(oneLine(text)))).toEqual([]);
  });

  it('one printed line keeps words, punctuation and letters of every script', () => {
    const text = 'Zoë — 呼叫 · +61 4… (a/b) "x" 😀';
    expect(oneLine(text)).toBe(text);
  });
});

describe('a printed text of several lines', () => {
  it.each(hostile)('a printed text keeps only the line feeds and tabs of %j', (text) => {
    expect(severalLines(text).replace(/[\n\t]/g, '')).not.toMatch(harmful);
  });
});

describe('text from a push', () => {
  let folder: CommandFolder;
  let store: Store;
  beforeEach(async () => {
    folder = await makeCommandFolder();
    store = await openStore(folder.storeUrl, storeMigrations);
    await registerDestinations(store, ['sql']);
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  const callId = 'x\u001b[2J\nok      store: all is well\u202e';

  it('text from a push cannot control the terminal of npm run refold', async () => {
    const push = pushOf({ ...inboundBodies(callId).end, servicename: 'red\u001b[31m\u2028line' });
    await storePushes(store, [push], [], someTimeMs);
    const record = JSON.stringify({ id: callId, stage: 'call_end', fields: {}, extra: {} });
    await store.writer.knex('calls').update({ record });
    const { stdout, code } = await folder.run('refold');
    expect(code).toBe(0);
    expect(stdout).toContain('ok      store: all is well');
    expect(stdout.split('\n').filter((line) => line.startsWith('ok') || harmful.test(line))).toEqual([]);
  });

  it('text from a push cannot control the terminal of npm run replay', async () => {
    const sql = { name: 'sql', stages: ['call_end'] as const, settleAfterMs: 0 };
    await storePushes(store, [pushOf(inboundBodies(callId).end)], [sql], someTimeMs);
    await store.writer
      .knex('deliveries')
      .update({ state: 'rejected', code: 'odd', reason: 'a\u001b[31m\nb', remedy: 'c\u202ed' });
    const { stdout } = await folder.run('replay', ['--state', 'rejected', '--dry-run']);
    expect(stdout).toContain('odd');
    expect(stdout.split('\n').filter((line) => line.startsWith('ok') || harmful.test(line))).toEqual([]);
  });
});

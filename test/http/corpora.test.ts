import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jetFields } from '../../src/domain/jet-fields.ts';
import { isNoValue } from '../../src/intake/no-value.ts';
import { corporaAbsent, jsonTestSuite, naughtyStrings } from '../fixtures/corpora.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

const canary = 'corpora-canary-3f9a';
const strings = naughtyStrings();
const files = [...jsonTestSuite('test_parsing'), ...jsonTestSuite('test_transform')];

let receiver: RunningReceiver;
beforeAll(async () => {
  receiver = await startRunningReceiver({ settings: { ROLE: 'all' } });
});
afterAll(() => receiver.close());

/** Sends bodies, several at a time. Returns the different statuses of the answers. */
async function statusesOf(bodies: readonly (string | Uint8Array)[]): Promise<number[]> {
  const statuses = new Set<number>();
  for (let from = 0; from < bodies.length; from += 50) {
    const answers = await Promise.all(bodies.slice(from, from + 50).map((body) => receiver.push(body)));
    for (const answer of answers) {
      statuses.add(answer.status);
      await answer.arrayBuffer();
    }
  }
  return [...statuses].sort();
}

const takenOrRefused = [200, 400, 422];

describe.skipIf(corporaAbsent)('every file of JSONTestSuite', () => {
  it('JSONTestSuite has more than 300 files', () => {
    expect(files.length).toBeGreaterThan(300);
  });

  it('every file of JSONTestSuite is accepted or refused as a body', async () => {
    expect(takenOrRefused).toEqual(expect.arrayContaining(await statusesOf(files.map(({ bytes }) => bytes))));
  });

  it('every file of JSONTestSuite is accepted or refused as the value of a call', async () => {
    const before = Buffer.from(`{"callsessionid":"${canary}","value":`);
    const bodies = files.map(({ bytes }) => Buffer.concat([before, bytes, Buffer.from('}')]));
    expect([200, 400]).toEqual(expect.arrayContaining(await statusesOf(bodies)));
  });

  it('no file of JSONTestSuite changes the prototype of objects', () => {
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe.skipIf(corporaAbsent)('every naughty string', () => {
  it('there are about 500 naughty strings', () => {
    expect(strings.length).toBeGreaterThan(500);
  });

  it('every naughty string is accepted as the value of every field', async () => {
    const bodies = strings.map((text, index) => {
      const all = Object.fromEntries(jetFields.map(({ jetName }) => [jetName, text]));
      return JSON.stringify({ ...all, callsessionid: `${canary}-${index}` });
    });
    expect(await statusesOf(bodies)).toEqual([200]);
  });

  it('every naughty string is accepted as the value of the outbound fields alone', async () => {
    const bodies = strings.map((text) =>
      JSON.stringify({ 'Called Number': canary, 'call Start Time': text, 'Calling Number': text }),
    );
    expect([200, 422]).toEqual(expect.arrayContaining(await statusesOf(bodies)));
  });

  const isNoId = (text: string): boolean =>
    text.trim() === '' || isNoValue(text, { name: 'call_session_id', kind: 'text' });
  const asId = (callsessionid: string): string => JSON.stringify({ callsessionid, canary });

  it('every naughty string is accepted as callsessionid, unless it is blank or a no-value word', async () => {
    expect(await statusesOf(strings.filter((text) => !isNoId(text)).map(asId))).toEqual([200]);
  });

  it('a blank naughty string or no-value word is refused as callsessionid', async () => {
    expect(await statusesOf(strings.filter(isNoId).map(asId))).toEqual([422]);
  });

  it('every naughty string is accepted as a key', async () => {
    const bodies = strings.map((text, index) =>
      JSON.stringify({ callsessionid: `${canary}-key-${index}`, [text]: canary }),
    );
    expect(await statusesOf(bodies)).toEqual([200]);
  });

  it('every naughty string is accepted or refused as a body', async () => {
    const statuses = await statusesOf(strings.filter((text) => text !== ''));
    expect(takenOrRefused).toEqual(expect.arrayContaining(statuses));
  });
});

describe.skipIf(corporaAbsent)('after all these bodies', () => {
  it('the receiver is ready after all these bodies', async () => {
    expect((await fetch(`${receiver.url}/readyz`)).status).toBe(200);
  });

  it('every line of the log is JSON after all these bodies', () => {
    expect(receiver.logLines.length).toBeGreaterThan(2_000);
    for (const line of receiver.logLines) expect(line).toMatch(/^\{.*\}\n$/);
  });

  it('no line of the log holds anything that was sent', () => {
    // Ids and times consist of digits and letters, so they can contain a short string by chance.
    const telling = strings.filter((text) => text.trim().length >= 10);
    const sent = [canary, ...telling, ...telling.map((text) => JSON.stringify(text).slice(1, -1))];
    // A plain id of a call is in the log, so that the call can be found.
    const log = receiver.logLines.map((line) => line.replace(/"callId":"[\w.:@-]{1,64}"/, '')).join('');
    expect(sent.filter((text) => log.includes(text))).toEqual([]);
  });

  it('the log has no errors after all these bodies', () => {
    expect(
      receiver.logLines.filter((line) => (JSON.parse(line) as { level: string }).level === 'error'),
    ).toEqual([]);
  });
});

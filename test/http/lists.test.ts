import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedAnswerSchema, storedListSchema } from '../../src/http/openapi.ts';
import { readQuarantine } from '../../src/store/quarantine.ts';
import { countRows } from '../fixtures/fresh-store.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let receiver: RunningReceiver;
beforeEach(async () => {
  receiver = await startRunningReceiver();
});
afterEach(() => receiver.close());

const end = { callEndTime: '2026-11-22T00:02:00Z', duration: 120 };
const calls = ['a1', 'a2'].map((callsessionid) => ({ callsessionid, ...end }));

async function takeList(body: unknown): Promise<ReturnType<typeof storedListSchema.parse>['pushes']> {
  const answer = await receiver.push(body);
  expect(answer.status).toBe(200);
  return storedListSchema.parse(await answer.json()).pushes;
}

describe('a list of calls', () => {
  it('a list of calls is answered with one entry per item, in its order', async () => {
    const pushes = await takeList(calls);
    expect(pushes).toMatchObject([
      { status: 'stored', callId: 'a1', stage: 'call_end', duplicate: false, warnings: [] },
      { status: 'stored', callId: 'a2', stage: 'call_end', duplicate: false, warnings: [] },
    ]);
    for (const push of pushes) storedAnswerSchema.strict().parse(push);
  });

  it('a list of calls is stored in one commit, which the metrics count with its size', async () => {
    await takeList(calls);
    const figures = await (await fetch(`${receiver.url}/metrics`)).text();
    expect(figures).toMatch(/^jet_commit_pushes_count 1$/m);
    expect(figures).toMatch(/^jet_commit_pushes_sum 2$/m);
    expect(figures).toMatch(/^jet_commit_duration_seconds_count 1$/m);
  });

  it('a list of calls is stored as a whole or not at all: 503 when the store fails at its last push', async () => {
    // The trigger needs a missing table, so the push is not at fault.
    await receiver.store.writer.knex.raw(
      "CREATE TRIGGER away BEFORE INSERT ON pushes WHEN NEW.call_id = 'a2' BEGIN INSERT INTO gone VALUES (1); END",
    );
    expect((await receiver.push(calls)).status).toBe(503);
    for (const table of ['pushes', 'calls', 'deliveries', 'quarantine'])
      expect(await countRows(receiver.store, table)).toBe(0);
    await receiver.store.writer.knex.raw('DROP TRIGGER away');
    expect(await takeList(calls)).toMatchObject([{ duplicate: false }, { duplicate: false }]);
  });

  it('a repeated list of calls is recognised item by item', async () => {
    const first = await takeList(calls);
    const again = await takeList([...calls, { callsessionid: 'a3', ...end }]);
    expect(again).toMatchObject([
      { ...first[0], duplicate: true },
      { ...first[1], duplicate: true },
      { callId: 'a3', duplicate: false },
    ]);
    expect(await countRows(receiver.store, 'pushes')).toBe(3);
  });

  it('a list stores its calls and keeps its other items in the quarantine, each with its fault', async () => {
    const pushes = await takeList(`[${JSON.stringify(calls[0])}, {"a" : 1}, "x", {"__proto__":1}]`);
    const kept = await readQuarantine(receiver.store, {}, 10);
    const refused = ['not_a_call', 'not_an_object', 'forbidden_key'];
    expect(pushes).toMatchObject([
      { status: 'stored', callId: 'a1' },
      ...refused.map((code, index) => ({ status: 'refused', code, quarantineId: kept[index]?.id })),
    ]);
    expect(kept.map(({ code, body }) => [code, body.toString()])).toEqual([
      ['not_a_call', '{"a" : 1}'],
      ['not_an_object', '"x"'],
      ['forbidden_key', '{"__proto__":1}'],
    ]);
  });

  it('a list stores the other pushes when the database refuses one', async () => {
    await receiver.store.writer.knex.raw(
      "CREATE TRIGGER refuse BEFORE INSERT ON pushes WHEN NEW.call_id = 'a1' BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    expect(await takeList(calls)).toMatchObject([
      { status: 'refused', code: 'not_storable' },
      { status: 'stored', callId: 'a2' },
    ]);
    expect(await readQuarantine(receiver.store, {}, 10)).toMatchObject([{ code: 'not_storable' }]);
  });

  it('each call of a list lands', async () => {
    const landing = await startRunningReceiver({ settings: { ROLE: 'all', ADAPTERS: 'sql' } });
    try {
      expect((await landing.push(calls)).status).toBe(200);
      await expect
        .poll(() => landing.store.reader.knex('deliveries').pluck<string[]>('state'))
        .toEqual(['delivered', 'delivered']);
    } finally {
      await landing.close();
    }
  });

  it('a list can contain a call twice', async () => {
    expect(await takeList([calls[0], calls[0]])).toMatchObject([{ duplicate: false }, { duplicate: true }]);
  });
});

describe('a body', () => {
  const json = JSON.stringify({ callsessionid: 'z1', servicename: 'Zürich', ...end });

  it.each([
    ['deflate', deflateSync(json)],
    ['deflate', deflateRawSync(json)],
    ['gzip', gzipSync(json)],
  ])('a body in the encoding %s is accepted', async (encoding, body) => {
    expect((await receiver.push(body, { headers: { 'content-encoding': encoding } })).status).toBe(200);
  });

  it('a body in raw deflate that is too large when decompressed is refused', async () => {
    const body = deflateRawSync(Buffer.alloc(300_000, 0x20));
    expect((await receiver.push(body, { headers: { 'content-encoding': 'deflate' } })).status).toBe(413);
  });

  it('a body is kept as UTF-8, whatever its charset', async () => {
    const body = Buffer.from(json, 'latin1');
    await receiver.push(body, { headers: { 'content-type': 'application/json; charset=ISO-8859-1' } });
    const row: unknown = await receiver.store.reader.knex('pushes').first('body');
    expect((row as { body: Buffer }).body.toString('utf8')).toBe(json);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedAnswerSchema } from '../../src/http/openapi.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let receiver: RunningReceiver;
beforeAll(async () => {
  receiver = await startRunningReceiver();
});
afterAll(() => receiver.close());

const start = { callsessionid: 'c', originNumber: '0412345678', callStartTime: '2026-07-06T00:00:00Z' };
const answered = { ...start, answeringPoint: '201' };
const end = { ...answered, callEndTime: '2026-07-06T00:02:00Z', callDuration: 120 };
const outbound = {
  'Called Number': '0412345678',
  'Calling Number': '0298765432',
  'Calling Extension': '201',
  'call Start Time': '2026-07-06T00:00:00Z',
};

async function take(
  body: unknown,
  path = '/webhooks/jet',
): Promise<ReturnType<typeof storedAnswerSchema.parse>> {
  const answer = await receiver.push(body, { path });
  expect(answer.status).toBe(200);
  return storedAnswerSchema.strict().parse(await answer.json());
}

describe('a push', () => {
  it.each([
    ['/webhooks/jet/call-start', start, 'call_start'],
    ['/webhooks/jet/call-answered', answered, 'call_answered'],
    ['/webhooks/jet/call-end', end, 'call_end'],
    ['/webhooks/jet/call-end-outbound', outbound, 'call_end_outbound'],
  ] as const)('a push to %s has the stage of the path', async (path, body, stage) => {
    expect((await take(body, path)).stage).toBe(stage);
  });

  it.each([
    [start, 'call_start'],
    [answered, 'call_answered'],
    [end, 'call_end'],
    [outbound, 'call_end_outbound'],
  ] as const)('a push to /webhooks/jet has the stage that its fields say', async (body, stage) => {
    expect((await take(body)).stage).toBe(stage);
  });

  it('a push whose fields contradict its path gets the stage of its fields and a warning', async () => {
    const stored = await take({ ...end, callsessionid: 'contradiction' }, '/webhooks/jet/call-start');
    expect(stored.stage).toBe('call_end');
    expect(stored.warnings).toMatchObject([{ field: 'path', code: 'stage_from_fields' }]);
  });

  it('a push is answered with the call id and a push id', async () => {
    const stored = await take({ ...start, callsessionid: 'Call-1' });
    expect(stored).toMatchObject({ status: 'stored', callId: 'Call-1', duplicate: false, warnings: [] });
    expect(stored.pushId).toMatch(/^[0-9a-z]{26}$/);
  });

  it('a push is answered as JSON', async () => {
    const answer = await receiver.push({ ...start, callsessionid: 'json' });
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it('a push is in the store before the answer', async () => {
    const { pushId } = await take({ ...start, callsessionid: 'stored' });
    expect(await receiver.store.reader.knex('pushes').where({ id: pushId }).first('call_id')).toEqual({
      call_id: 'stored',
    });
  });

  it('a push is kept unchanged, byte for byte', async () => {
    const body = '\ufeff{ "callsessionid" :"bytes", "x":"caf\\u00e9 ☎",\n"n":1.0 }\n';
    const { pushId } = await take(body);
    const row: unknown = await receiver.store.reader.knex('pushes').where({ id: pushId }).first('body');
    expect((row as { body: Buffer }).body.toString('utf8')).toBe(body);
  });

  it('a push is a duplicate with the same push id when it comes again', async () => {
    const body = { ...start, callsessionid: 'again' };
    const first = await take(body);
    expect(await take(body)).toEqual({ ...first, duplicate: true });
  });

  it('a push is a duplicate when it comes again with other spacing, order and empty keys', async () => {
    const first = await take('{"callsessionid":"same","channel":"web"}');
    expect(await take('{ "channel": "web", "gclid": "", "callsessionid": "same" }')).toEqual({
      ...first,
      duplicate: true,
    });
  });

  it('a push is written once when it comes twenty times at once', async () => {
    const body = { ...start, callsessionid: 'at-once' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => take(body)));
    expect(new Set(answers.map(({ pushId }) => pushId)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  });

  it('a push with a value that cannot be read is stored, with a warning that names the field', async () => {
    const stored = await take({ ...start, callsessionid: 'warned', callStartTime: 'yesterday' });
    expect(stored.warnings).toMatchObject([{ field: 'callStartTime', code: 'unreadable_time' }]);
  });

  it('a push without a content type is read as JSON', async () => {
    const answer = await receiver.push('{"callsessionid":"untyped"}', { headers: { 'content-type': '' } });
    expect(answer.status).toBe(200);
  });

  it.each([
    ...['application/json; charset=utf-8', 'APPLICATION/JSON', 'text/json', 'application/vnd.jet.call+json'],
  ])('a push of the type %s is accepted', async (type) => {
    const answer = await receiver.push('{"callsessionid":"typed"}', { headers: { 'content-type': type } });
    expect(answer.status).toBe(200);
  });

  it('a push with a longer path in another case is accepted anyway', async () => {
    expect((await take(start, '/Webhooks/Jet/Call-Start/?a=b')).stage).toBe('call_start');
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { DestinationUnavailable } from '../../../src/contract/index.ts';
import {
  afterwards,
  callFrom,
  callsFromNumbers,
  mobileNumber,
  openPortal,
  type PortalUnderTest,
} from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

const number = mobileNumber(1);
const unsearched = { withheld: true, counterpart_e164: undefined } as const;
const startFields = { stage: 'call_start', status: 'in_progress', duration_seconds: undefined } as const;

describe('a call whose key is not unique', () => {
  const settings = { HUBSPOT_KEY: 'search' };

  it('a call whose key is not unique still waits a minute when HubSpot becomes unreachable later in the batch', async () => {
    test = await openPortal({}, settings);
    const batch = callsFromNumbers(150, unsearched);
    test.portal.stage('reset after the write', { on: 'calls.create' });
    test.portal.stage('423 locked', { on: 'calls.create' });
    const answer = [...(await test.deliver(batch)).values()];
    expect(answer.slice(0, 100)).toMatchObject(
      Array.from({ length: 100 }, () => ({ kind: 'retry', delayMs: 60_000 })),
    );
    expect(answer.slice(100)).toMatchObject(Array.from({ length: 50 }, () => ({ code: 'hubspot_away' })));
    await test.settle(batch.map((delivery) => ({ ...delivery, attempt: 2 })));
    expect(test.portal.records('calls')).toHaveLength(150);
  });

  it('a call whose key is not unique counts as landed when the batch fails after it', async () => {
    test = await openPortal({ contacts: [{ id: '9001', properties: { phone: number } }] }, settings);
    await test.deliver([callFrom(number, 'before')]);
    test.portal.person.remove('contacts', '9001');
    const batch = [...callsFromNumbers(100, unsearched), callFrom(number, 'last')];
    const body = { status: 'error', category: 'VALIDATION_ERROR', message: 'There was a problem.' };
    const reply = { kind: 'instead', status: 400, contentType: 'application/json', body } as const;
    test.portal.stage({ reply }, { on: 'contacts.search' });
    const answer = await test.deliver(batch);
    expect([...answer.values()].filter(({ kind }) => kind === 'delivered')).toHaveLength(100);
    expect(answer.get('last')).toMatchObject({ kind: 'retry' });
  });

  it('a call whose key is not unique is searched when it is older than a few minutes, as after a replay', async () => {
    test = await openPortal({}, settings);
    const batch = callsFromNumbers(3, unsearched);
    await test.deliver(batch);
    test.clock.moveBy(10 * 60_000);
    await test.deliver(batch);
    expect(test.portal.records('calls')).toHaveLength(3);
  });
});

describe('a call in HubSpot that a read does not mention', () => {
  it('a call that a read does not mention does not count as deleted', async () => {
    test = await openPortal({}, { HUBSPOT_LOG: 'live' });
    const started = callFrom(number, 'one', startFields);
    const landed = (await test.deliver([started])).get('one');
    const end = afterwards(callFrom(number, 'one'), landed);
    test.portal.stage('207 with a row missing, written', { on: 'calls.read' });
    expect((await test.deliver([end])).get('one')).toMatchObject({ kind: 'retry', code: 'not_read' });
    await test.settle([end]);
    expect(test.callsOf(started)[0]?.properties).toMatchObject({ hs_call_status: 'COMPLETED' });
  });
});

describe('a created call whose answer was lost', () => {
  const lost = async () => {
    test = await openPortal({}, { HUBSPOT_LOG: 'live' });
    const started = callFrom(number, 'one', startFields);
    test.portal.stage('reset after the write', { on: 'calls.create' });
    test.portal.stage('429 rolling', { on: 'calls.read' });
    await expect(test.deliver([started])).rejects.toThrow(DestinationUnavailable);
    return started;
  };

  it('a created call whose answer was lost gets its final title when nobody changed it', async () => {
    const started = await lost();
    await test.deliver([callFrom(number, 'one')]);
    expect(test.callsOf(started)).toMatchObject([
      { properties: { hs_call_title: expect.stringContaining('answered 3 min') as string } },
    ]);
  });

  it('a created call whose answer was lost keeps its title when somebody changed it since', async () => {
    let nowMs = Date.UTC(2026, 10, 22);
    test = await openPortal({ clock: () => nowMs }, { HUBSPOT_LOG: 'live' });
    const started = callFrom(number, 'one', startFields);
    await test.deliver([started]);
    nowMs += 60_000;
    const theirs = { hs_call_title: 'Mrs Ngo about the roof' };
    test.portal.person.edit('calls', test.callsOf(started)[0]?.id ?? '', theirs);
    const answer = await test.deliver([callFrom(number, 'one')]);
    expect(test.callsOf(started)).toMatchObject([{ properties: theirs }]);
    expect(answer.get('one')).toMatchObject({
      trace: {
        dropped: { hs_call_title: { why: expect.stringContaining('the editor is unknown') as string } },
      },
    });
  });
});

describe('a call that is found by its key', () => {
  it('a call that is found by its key counts as unchanged although HubSpot itself changed it for some seconds', async () => {
    let nowMs = Date.UTC(2026, 10, 22);
    test = await openPortal({ clock: () => nowMs }, { HUBSPOT_LOG: 'live' });
    const started = callFrom(number, 'one', startFields);
    await test.deliver([started]);
    nowMs += 2_000;
    test.portal.person.edit('calls', test.callsOf(started)[0]?.id ?? '', { hs_activity_type: 'Call' });
    await test.deliver([callFrom(number, 'one')]);
    expect(test.callsOf(started)).toMatchObject([
      { properties: { hs_call_title: expect.stringContaining('answered 3 min') as string } },
    ]);
  });

  it('a call that was created just after the lookup is retried, not rejected', async () => {
    test = await openPortal();
    const delivery = callFrom(number, 'one', unsearched);
    const message = 'The value of property "jet_call_key" is already taken: CONFLICTING_UNIQUE_VALUE';
    const body = { status: 'error', category: 'VALIDATION_ERROR', message };
    const reply = { kind: 'instead', status: 400, contentType: 'application/json', body } as const;
    test.portal.stage('500', { on: 'calls.create' });
    test.portal.stage({ reply }, { on: 'calls.upsert' });
    test.portal.stage({ reply }, { on: 'calls.create' });
    expect((await test.deliver([delivery])).get('one')).toMatchObject({ kind: 'retry', code: 'not_read' });
  });
});

describe('a recovered call that the lookup by key does not mention', () => {
  it("a recovered call that the lookup does not mention keeps people's changes: a create is refused, and nothing is overwritten", async () => {
    let nowMs = Date.UTC(2026, 10, 22);
    test = await openPortal({ clock: () => nowMs });
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    nowMs += 60_000;
    const theirs = { hs_call_title: 'Mrs Ngo about the roof' };
    test.portal.person.edit('calls', test.callsOf(delivery)[0]?.id ?? '', theirs);
    // A restored store does not know the landing.
    test.portal.stage('207 with a row missing, written', { on: 'calls.read' });
    expect((await test.deliver([delivery])).get('one')).toMatchObject({ kind: 'retry', code: 'not_read' });
    expect(test.portal.counts()['calls.upsert']).toBeUndefined();
    await test.settle([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ properties: theirs }]);
  });
});

describe('keys', () => {
  it('a key never appears twice in one request, whatever happens to a batch', async () => {
    test = await openPortal({ contacts: [{ id: '9001', properties: { phone: number } }] });
    const batch = [...callsFromNumbers(120), callFrom(number, 'more')];
    test.portal.stage('reset in the write', { on: 'calls.create' });
    test.portal.stage('500 in the write', { on: 'calls.upsert' });
    await test.settle(batch);
    const writes = test.portal.requests('calls.create', 'calls.upsert', 'calls.update', 'calls.read');
    for (const { body } of writes) {
      const { inputs } = body as { inputs: { id?: string; objectWriteTraceId?: string }[] };
      const keys = inputs.map(({ id, objectWriteTraceId }) => id ?? objectWriteTraceId);
      expect(new Set(keys).size).toBe(inputs.length);
    }
    expect(test.portal.records('calls')).toHaveLength(121);
  });
});

describe('a retry with a unique key', () => {
  it('a retry with a unique key costs one request for 100 calls', async () => {
    test = await openPortal();
    await test.deliver([callFrom(number, 'warm', unsearched)]);
    test.portal.forget();
    const batch = callsFromNumbers(100, unsearched).map((delivery) => ({ ...delivery, attempt: 2 }));
    await test.deliver(batch);
    expect(test.portal.counts()).toEqual({ 'calls.create': 1 });
  });
});

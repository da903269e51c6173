import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCall, type CallRecord } from '../../src/domain/fold.ts';
import type { CallFields } from '../../src/domain/jet-fields.ts';
import type { Push } from '../../src/domain/push.ts';
import { stages, type Stage } from '../../src/domain/stage.ts';

const start = Date.UTC(2025, 9, 5, 0);

function push(stage: Stage, fields: CallFields, rest: Partial<Push> = {}): Push {
  const extra = rest.extra ?? {};
  const contentHash = createHash('sha256')
    .update(JSON.stringify([stage, fields, extra]))
    .digest('hex');
  return { id: contentHash, callId: 'c-1', stage, contentHash, receivedAtMs: start, fields, extra, ...rest };
}

/** Both orders, which must give the same. */
function foldBothWays(a: Push, b: Push): CallRecord {
  const call = foldCall([a, b]);
  expect(foldCall([b, a])).toEqual(call);
  return call;
}

function withoutReceipts(call: CallRecord): Omit<CallRecord, `${string}ReceivedAtMs`> {
  const { id, direction, stage, fields, extra } = call;
  return { id, direction, stage, fields, extra };
}

const texts = fc.constantFrom('a', 'b', 'c');
const instants = fc.integer({ min: 0, max: 3 }).map((minutes) => start + minutes * 60_000);
const someFields = fc.record(
  {
    started_at: instants,
    queued_time: instants,
    dial_time: instants,
    ended_at: instants,
    duration_seconds: fc.integer({ min: 0, max: 3 }),
    origin_number: texts,
    answering_point: texts,
    dial_status: texts,
    called_number: texts,
    campaign: texts,
    attributes: texts,
  },
  { requiredKeys: [] },
);
const somePush = (stage: Stage): fc.Arbitrary<Push> =>
  fc
    .tuple(someFields, fc.dictionary(texts, fc.integer({ min: 0, max: 3 }), { noNullPrototype: true }))
    .map(([fields, extra]) => push(stage, fields, { extra }));
/** A call's pushes, two answered ones that differ among them. */
const lifecycle = fc
  .tuple(
    somePush('call_start'),
    somePush('call_answered'),
    somePush('call_answered'),
    somePush('call_end'),
    somePush('call_end_outbound'),
  )
  .filter(([, first, second]) => first.contentHash !== second.contentHash)
  .chain((pushes) => fc.subarray(pushes, { minLength: 1 }));
/** The same pushes in any order, any of them again, each with a receipt of its own. */
const arrival = lifecycle.chain((pushes) =>
  fc.record({
    pushes: fc.constant(pushes),
    arrived: fc
      .array(fc.constantFrom(...pushes), { maxLength: 6 })
      .chain((again) =>
        fc.shuffledSubarray([...pushes, ...again], { minLength: pushes.length + again.length }),
      )
      .map((all) => all.map((one, index) => ({ ...one, receivedAtMs: start + index }))),
  }),
);

describe('a call', () => {
  it('is the same for every order and repetition of its pushes', () => {
    fc.assert(
      fc.property(arrival, ({ pushes, arrived }) => {
        expect(withoutReceipts(foldCall(arrived))).toEqual(withoutReceipts(foldCall(pushes)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same to the letter when it is written as JSON', () => {
    fc.assert(
      fc.property(arrival, ({ pushes, arrived }) => {
        expect(JSON.stringify(withoutReceipts(foldCall(arrived)))).toBe(
          JSON.stringify(withoutReceipts(foldCall(pushes))),
        );
      }),
    );
  });

  it('has every field that some push has, and no other', () => {
    fc.assert(
      fc.property(lifecycle, (pushes) => {
        const filled = new Set(pushes.flatMap(({ fields }) => Object.keys(fields)));
        expect(new Set(Object.keys(foldCall(pushes).fields))).toEqual(filled);
      }),
    );
  });

  it('takes each field from the furthest stage that fills it', () => {
    fc.assert(
      fc.property(fc.tuple(...stages.map(somePush)), (pushes) => {
        const expected = {};
        for (const { fields } of pushes) Object.assign(expected, fields);
        expect(foldCall(pushes).fields).toEqual(expected);
      }),
    );
  });

  it('leaves the pushes and their list as they were', () => {
    fc.assert(
      fc.property(arrival, ({ arrived }) => {
        const before = structuredClone(arrived);
        foldCall(arrived);
        expect(arrived).toEqual(before);
      }),
    );
  });

  it('needs at least one push', () => {
    expect(() => foldCall([])).toThrow(RangeError);
  });

  it('has the id of its pushes', () => {
    expect(foldCall([push('call_start', {}, { callId: 'C-7' })]).id).toBe('C-7');
  });
});

describe('a field', () => {
  it('keeps its value when a later push has none', () => {
    const call = foldBothWays(
      push('call_answered', { dial_status: 'ANSWER' }),
      push('call_end', { ended_at: start + 60_000 }),
    );
    expect(call.fields).toEqual({ dial_status: 'ANSWER', ended_at: start + 60_000 });
  });

  it('takes the value of a later stage', () => {
    const call = foldBothWays(
      push('call_answered', { dial_status: 'ANSWER' }),
      push('call_end', { dial_status: 'CANCEL' }),
    );
    expect(call.fields.dial_status).toBe('CANCEL');
  });

  it('takes the value of a later stage that names an earlier instant', () => {
    const call = foldBothWays(
      push('call_answered', { dial_time: start + 60_000, queue_name: 'Sales' }),
      push('call_end', { dial_time: start, queue_name: 'Service' }),
    );
    expect(call.fields).toEqual({ dial_time: start, queue_name: 'Service' });
  });
});

describe('two answered pushes', () => {
  const menu = push('call_answered', {
    dial_time: start + 5_000,
    answering_point: 'Menu',
    ivr_prompts: '1',
    geo_label: 'NSW',
  });
  const person = push('call_answered', {
    dial_time: start + 30_000,
    answering_point: 'Ada',
    extension_number: '201',
  });

  it('give each field the value of the later instant', () => {
    expect(foldBothWays(person, menu).fields).toEqual({
      dial_time: start + 30_000,
      answering_point: 'Ada',
      extension_number: '201',
      ivr_prompts: '1',
      geo_label: 'NSW',
    });
  });

  it('count by the latest instant of any field', () => {
    const queued = push('call_answered', { queued_time: start + 40_000, answering_point: 'Queue' });
    expect(foldBothWays(queued, person).fields.answering_point).toBe('Queue');
  });

  it('of one instant count by how much they say', () => {
    const more = push('call_answered', { dial_time: start, answering_point: 'Ada', queue_name: 'Sales' });
    const less = push('call_answered', { dial_time: start, answering_point: 'Menu' });
    expect(foldBothWays(more, less).fields.answering_point).toBe('Ada');
  });

  it('that say as much count by their content hash', () => {
    const a = push('call_answered', { answering_point: 'Ada' }, { contentHash: 'a' });
    const b = push('call_answered', { answering_point: 'Bea' }, { contentHash: 'b' });
    expect(foldBothWays(a, b).fields.answering_point).toBe('Bea');
  });

  it('give the receipt of the later instant as the answer', () => {
    const call = foldBothWays(
      { ...person, receivedAtMs: start + 31_000 },
      { ...menu, receivedAtMs: start + 90_000 },
    );
    expect(call.answerReceivedAtMs).toBe(start + 31_000);
  });
});

describe('a late start', () => {
  const end = push('call_end', { ended_at: start + 60_000, service_name: 'Website', dial_status: 'ANSWER' });
  const late = push(
    'call_start',
    { started_at: start, service_name: 'Web site' },
    { receivedAtMs: start + 99_000 },
  );

  it('does not undo an end', () => {
    expect(foldCall([end, late]).stage).toBe('call_end');
  });

  it('does not replace what the end says', () => {
    expect(foldCall([end, late]).fields.service_name).toBe('Website');
  });

  it('adds what the end does not say', () => {
    expect(foldCall([end, late]).fields.started_at).toBe(start);
  });
});

describe('the receipts of a call', () => {
  const pushes = [
    push('call_end', {}, { receivedAtMs: start + 30 }),
    push('call_start', {}, { receivedAtMs: start + 20 }),
    push('call_answered', {}, { receivedAtMs: start + 50 }),
  ];

  it('begin with the first', () => {
    expect(foldCall(pushes).firstReceivedAtMs).toBe(start + 20);
  });

  it('end with the last', () => {
    expect(foldCall(pushes).lastReceivedAtMs).toBe(start + 50);
  });

  it('show when the answered push came', () => {
    expect(foldCall(pushes).answerReceivedAtMs).toBe(start + 50);
  });

  it('show no answer without an answered push', () => {
    expect(foldCall(pushes.slice(0, 2)).answerReceivedAtMs).toBeUndefined();
  });

  it('count the first copy of an answered push that came twice', () => {
    const answered = push('call_answered', { dial_status: 'ANSWER' });
    const call = foldBothWays(
      { ...answered, receivedAtMs: start + 10 },
      { ...answered, receivedAtMs: start + 70 },
    );
    expect(call.answerReceivedAtMs).toBe(start + 10);
  });
});

describe('the direction of a call', () => {
  it.each([
    ['call_start', 'inbound'],
    ['call_answered', 'inbound'],
    ['call_end', 'inbound'],
    ['call_end_outbound', 'outbound'],
  ] as const)('after %s is %s', (stage, direction) => {
    expect(foldCall([push(stage, {})]).direction).toBe(direction);
  });
});

describe('the extra of a call', () => {
  it('gathers the keys of all pushes', () => {
    const call = foldBothWays(
      push('call_start', {}, { extra: { colour: 'red', size: 1 } }),
      push('call_end', {}, { extra: { colour: 'blue' } }),
    );
    expect(call.extra).toEqual({ colour: 'blue', size: 1 });
  });
});

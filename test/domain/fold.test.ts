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

/** Folds two pushes in both orders, and checks that the results are equal. */
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
/** The pushes of a call. Two answered pushes with different content can be among them. */
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
const grouped = new Set([
  ...['answering_point', 'extension_number', 'extension_name', 'dial_time', 'queue_name', 'queued_time'],
]);

/** Stored pushes with their times of receipt, including repeats, in order of receipt and in a random order. */
const stored = lifecycle.chain((pushes) =>
  fc
    .array(fc.constantFrom(...pushes), { maxLength: 6 })
    .chain((again) => fc.shuffledSubarray([...pushes, ...again], { minLength: pushes.length + again.length }))
    .map((all) => all.map((one, index) => ({ ...one, receivedAtMs: start + index })))
    .chain((received) =>
      fc.record({
        received: fc.constant(received),
        listed: fc.shuffledSubarray(received, { minLength: received.length }),
      }),
    ),
);

describe('a folded call', () => {
  it('a folded call is the same for every order in which the stored pushes are listed', () => {
    fc.assert(
      fc.property(stored, ({ received, listed }) => {
        expect(JSON.stringify(foldCall(listed))).toBe(JSON.stringify(foldCall(received)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('a folded call changes only its last receipt when a push is repeated', () => {
    fc.assert(
      fc.property(lifecycle, fc.nat({ max: 10 }), (pushes, at) => {
        const received = pushes.map((one, index) => ({ ...one, receivedAtMs: start + index }));
        const repeated = received[at % received.length];
        fc.pre(repeated !== undefined);
        const again = [...received, { ...repeated, id: 'z', receivedAtMs: start + 100 }];
        const { lastReceivedAtMs: lastMs, ...call } = foldCall(again);
        expect(lastMs).toBe(start + 100);
        expect(foldCall(received)).toMatchObject(call);
      }),
    );
  });

  it('a folded call does not depend on the order of arrival when stages, times and numbers of fields differ', () => {
    fc.assert(
      fc.property(fc.tuple(...stages.map(somePush)), fc.boolean(), (pushes, isTurned) => {
        const arrived = isTurned ? [...pushes].reverse() : pushes;
        const received = arrived.map((one, index) => ({ ...one, receivedAtMs: start + index }));
        expect(withoutReceipts(foldCall(received))).toEqual(withoutReceipts(foldCall(pushes)));
      }),
    );
  });

  it('a folded call has exactly the fields that any of its pushes has, except for grouped fields', () => {
    fc.assert(
      fc.property(lifecycle, (pushes) => {
        const filled = [...new Set(pushes.flatMap(({ fields }) => Object.keys(fields)))];
        const folded = Object.keys(foldCall(pushes).fields);
        expect(filled).toEqual(expect.arrayContaining(folded));
        expect(folded).toEqual(expect.arrayContaining(filled.filter((name) => !grouped.has(name))));
      }),
    );
  });

  it('a folded call takes each ungrouped field from the latest stage with a value for it', () => {
    fc.assert(
      fc.property(fc.tuple(...stages.map(somePush)), (pushes) => {
        const expected: Record<string, unknown> = {};
        for (const { fields } of pushes) Object.assign(expected, fields);
        const call: Record<string, unknown> = foldCall(pushes).fields;
        for (const name of Object.keys(expected)) {
          if (grouped.has(name) || name === 'duration_seconds') continue;
          expect(call[name]).toEqual(expected[name]);
        }
      }),
    );
  });

  it('a fold does not change the pushes or their list', () => {
    fc.assert(
      fc.property(stored, ({ listed }) => {
        const before = structuredClone(listed);
        foldCall(listed);
        expect(listed).toEqual(before);
      }),
    );
  });

  it('a fold needs at least one push', () => {
    expect(() => foldCall([])).toThrow(RangeError);
  });

  it('a folded call has the id of its pushes', () => {
    expect(foldCall([push('call_start', {}, { callId: 'C-7' })]).id).toBe('C-7');
  });
});

describe('a field', () => {
  it('a field keeps its value when a later push has no value', () => {
    const call = foldBothWays(
      push('call_answered', { dial_status: 'ANSWER' }),
      push('call_end', { ended_at: start + 60_000 }),
    );
    expect(call.fields).toEqual({ dial_status: 'ANSWER', ended_at: start + 60_000 });
  });

  it('a field takes the value of a later stage', () => {
    const call = foldBothWays(
      push('call_answered', { dial_status: 'ANSWER' }),
      push('call_end', { dial_status: 'CANCEL' }),
    );
    expect(call.fields.dial_status).toBe('CANCEL');
  });

  it('a field takes the value of a later stage even if its times are earlier', () => {
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

  it('two answered pushes give each field the value of the push with the later time', () => {
    expect(foldBothWays(person, menu).fields).toEqual({
      dial_time: start + 30_000,
      answering_point: 'Ada',
      extension_number: '201',
      ivr_prompts: '1',
      geo_label: 'NSW',
    });
  });

  it('two answered pushes are ranked by the latest time in any field', () => {
    const queued = push('call_answered', { queued_time: start + 40_000, answering_point: 'Queue' });
    expect(foldBothWays(queued, person).fields.answering_point).toBe('Queue');
  });

  it('two answered pushes with equal times are ranked by the number of fields', () => {
    const more = push('call_answered', { dial_time: start, answering_point: 'Ada', queue_name: 'Sales' });
    const less = push('call_answered', { dial_time: start, answering_point: 'Menu' });
    expect(foldBothWays(more, less).fields.answering_point).toBe('Ada');
  });

  it('two answered pushes with equal numbers of fields are ranked by receipt, not by content hash', () => {
    const late = push(
      'call_answered',
      { answering_point: 'Ada' },
      { contentHash: 'a', receivedAtMs: start + 2 },
    );
    const early = push(
      'call_answered',
      { answering_point: 'Bea' },
      { contentHash: 'b', receivedAtMs: start + 1 },
    );
    expect(foldBothWays(late, early).fields.answering_point).toBe('Ada');
  });

  it('two answered pushes received in the same millisecond are ranked by id', () => {
    const first = push('call_answered', { answering_point: 'Ada' }, { id: '1' });
    const second = push('call_answered', { answering_point: 'Bea' }, { id: '2' });
    expect(foldBothWays(second, first).fields.answering_point).toBe('Bea');
  });

  it('the answer time is the receipt of the answered push with the later time', () => {
    const call = foldBothWays(
      { ...person, receivedAtMs: start + 31_000 },
      { ...menu, receivedAtMs: start + 90_000 },
    );
    expect(call.answerReceivedAtMs).toBe(start + 31_000);
  });
});

describe('a start push received after the end push', () => {
  const end = push('call_end', { ended_at: start + 60_000, service_name: 'Website', dial_status: 'ANSWER' });
  const late = push(
    'call_start',
    { started_at: start, service_name: 'Web site' },
    { receivedAtMs: start + 99_000 },
  );

  it('a late start push does not undo the end', () => {
    expect(foldCall([end, late]).stage).toBe('call_end');
  });

  it('a late start push does not replace fields of the end', () => {
    expect(foldCall([end, late]).fields.service_name).toBe('Website');
  });

  it('a late start push adds fields that the end does not have', () => {
    expect(foldCall([end, late]).fields.started_at).toBe(start);
  });
});

describe('the times of receipt of a call', () => {
  const pushes = [
    push('call_end', {}, { receivedAtMs: start + 30 }),
    push('call_start', {}, { receivedAtMs: start + 20 }),
    push('call_answered', {}, { receivedAtMs: start + 50 }),
  ];

  it('the times of receipt of a call begin with the first', () => {
    expect(foldCall(pushes).firstReceivedAtMs).toBe(start + 20);
  });

  it('the times of receipt of a call end with the last', () => {
    expect(foldCall(pushes).lastReceivedAtMs).toBe(start + 50);
  });

  it('the times of receipt of a call include that of the answered push', () => {
    expect(foldCall(pushes).answerReceivedAtMs).toBe(start + 50);
  });

  it('the times of receipt of a call include no answer without an answered push', () => {
    expect(foldCall(pushes.slice(0, 2)).answerReceivedAtMs).toBeUndefined();
  });

  it('the first copy of a repeated answered push counts', () => {
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
  ] as const)('the direction of a call after %s is %s', (stage, direction) => {
    expect(foldCall([push(stage, {})]).direction).toBe(direction);
  });
});

describe('the extra of a call', () => {
  it('the extra of a call combines the keys of all pushes', () => {
    const call = foldBothWays(
      push('call_start', {}, { extra: { colour: 'red', size: 1 } }),
      push('call_end', {}, { extra: { colour: 'blue' } }),
    );
    expect(call.extra).toEqual({ colour: 'blue', size: 1 });
  });
});

describe('a transfer', () => {
  const first = push('call_answered', {
    answering_point: '201',
    extension_number: '201',
    extension_name: 'Front desk',
    dial_time: start + 30_000,
    queue_name: 'Sales',
    queued_time: start + 5_000,
  });

  it('a transfer to an outside number removes the extension of the first answering point', () => {
    const outside = push('call_end', { answering_point: '61298765432', dial_time: start + 60_000 });
    expect(foldBothWays(first, outside).fields).toEqual({
      answering_point: '61298765432',
      dial_time: start + 60_000,
      queue_name: 'Sales',
      queued_time: start + 5_000,
    });
  });

  it('a transfer to an extension without a name removes the name of the first extension', () => {
    const other = push('call_end', {
      answering_point: '202',
      extension_number: '202',
      dial_time: start + 60_000,
    });
    const { fields } = foldBothWays(first, other);
    expect([fields.extension_number, fields.extension_name]).toEqual(['202', undefined]);
  });

  it('a transfer to another queue removes the time of the first queue', () => {
    const other = push('call_answered', { queue_name: 'Service', dial_time: start + 90_000 });
    expect(foldBothWays(first, other).fields.queued_time).toBeUndefined();
  });

  it('a transfer to an answering point with other details removes the details of the first', () => {
    const extension = push('call_answered', { extension_number: '201', extension_name: 'Front desk' });
    const outside = push('call_end', { answering_point: '61298765432' });
    expect(foldBothWays(extension, outside).fields).toEqual({ answering_point: '61298765432' });
  });

  it('a transfer never mixes the answering points of two pushes', () => {
    const details = fc.record(
      { answering_point: texts, extension_number: texts, extension_name: texts, dial_time: instants },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(details, details, details, (...given) => {
        const pushes = given.map((one, index) => push(stages[index] ?? 'call_end', one));
        expect(given).toContainEqual(foldCall(pushes).fields);
      }),
    );
  });

  it('a transfer is not assumed when a later push repeats part of the same answering point', () => {
    const end = push('call_end', { answering_point: '201', ended_at: start + 90_000 });
    expect(foldBothWays(first, end).fields.extension_name).toBe('Front desk');
  });
});

describe('a hidden number', () => {
  it.each(['anonymous', 'Caller ID withheld', '0', '+266696687'])(
    'a hidden number written as %s does not replace a real number',
    (hidden) => {
      const begin = push('call_start', { origin_number: '0412345678' });
      const end = push('call_end', { origin_number: hidden, called_number: hidden });
      expect(foldBothWays(begin, end).fields).toEqual({
        origin_number: '0412345678',
        called_number: hidden,
      });
    },
  );

  it('a hidden number is replaced by a real number and by another hidden number', () => {
    const [first, second, third] = ['0', 'anonymous', '0412345678'].map((origin_number, index) =>
      push(stages[index] ?? 'call_end', { origin_number }),
    ) as [Push, Push, Push];
    expect(foldBothWays(first, second).fields.origin_number).toBe('anonymous');
    expect(foldBothWays(first, third).fields.origin_number).toBe('0412345678');
  });
});

describe('a duration', () => {
  it('a duration above zero is not replaced by a later zero', () => {
    const end = push('call_end', { duration_seconds: 303, ended_at: start + 60_000 });
    const zero = push('call_end', { duration_seconds: 0, ended_at: start + 90_000 });
    expect(foldBothWays(end, zero).fields.duration_seconds).toBe(303);
  });

  it('a duration above zero decides between two ends with equal times and numbers of fields', () => {
    const hungUp = { ended_at: start + 60_000, dial_status: 'CANCEL', duration_seconds: 0 };
    const answered = { ended_at: start + 60_000, dial_status: 'ANSWER', duration_seconds: 303 };
    const call = foldBothWays(
      push('call_end', answered, { receivedAtMs: start + 1 }),
      push('call_end', hungUp, { receivedAtMs: start + 2 }),
    );
    expect(call.fields).toMatchObject({ dial_status: 'ANSWER', duration_seconds: 303 });
  });

  it('the duration is that of the second end when a second end with the same time corrects it', () => {
    const ends = [120, 303].map((seconds, index) =>
      push(
        'call_end',
        { ended_at: start + 60_000, duration_seconds: seconds },
        { receivedAtMs: start + index, contentHash: seconds === 120 ? 'z' : 'a' },
      ),
    );
    expect(foldCall(ends.reverse()).fields.duration_seconds).toBe(303);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCall } from '../../../src/domain/fold.ts';
import type { CallFields } from '../../../src/domain/jet-fields.ts';
import type { Push } from '../../../src/domain/push.ts';
import { stages, type Stage } from '../../../src/domain/stage.ts';
import { winningPushes } from '../../../src/domain/lookup/winning-pushes.ts';

const texts = fc.constantFrom('a', 'b', 'c');
const small = fc.integer({ min: 0, max: 3 });
const someFields = fc.record(
  {
    started_at: small,
    queued_time: small,
    dial_time: small,
    duration_seconds: small,
    origin_number: fc.constantFrom('a', 'b', '0', 'anonymous'),
    answering_point: texts,
    extension_name: texts,
    queue_name: texts,
    dial_status: texts,
  },
  { requiredKeys: [] },
);
const pushes = fc
  .array(fc.tuple(fc.constantFrom(...stages), someFields, small), { minLength: 1, maxLength: 8 })
  .map((given) =>
    given.map(([stage, fields, receivedAtMs], index) => pushOf(stage, fields, receivedAtMs, index)),
  );

function pushOf(stage: Stage, fields: CallFields, receivedAtMs: number, index: number): Push {
  return {
    ...{ id: `push-${index}`, callId: 'c-1', stage, fields, extra: {}, receivedAtMs },
    contentHash: JSON.stringify([stage, Object.entries(fields).sort()]),
  };
}

describe('the pushes that win the fields of a call', () => {
  it('the winning pushes have the values that the fold gives the call', () => {
    fc.assert(
      fc.property(pushes, (given) => {
        const byId = new Map(given.map((push) => [push.id, push]));
        const won = winningPushes(given).map(
          ({ field, pushId }) => [field, byId.get(pushId)?.fields[field]] as const,
        );
        expect(Object.fromEntries(won)).toEqual(foldCall(given).fields);
      }),
      { numRuns: 2_000 },
    );
  });

  it('the rule that decided explains each winning push', () => {
    const both = { service_name: 's' };
    const start = pushOf(
      'call_start',
      { origin_number: 'a', phone_number: '1', duration_seconds: 5, ...both },
      1,
      0,
    );
    const end = pushOf(
      'call_end',
      { origin_number: 'b', phone_number: '0', duration_seconds: 0, ...both },
      2,
      1,
    );
    expect(winningPushes([end, start])).toEqual([
      { field: 'origin_number', pushId: 'push-1', why: 'its stage is later' },
      { field: 'phone_number', pushId: 'push-0', why: 'a hidden number does not replace a real one' },
      { field: 'duration_seconds', pushId: 'push-0', why: 'a duration of 0 s does not replace a real one' },
      { field: 'service_name', pushId: 'push-1', why: 'all pushes agree' },
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallFields, JsonValue } from '../../src/domain/jet-fields.ts';
import { createNumberKey } from '../../src/intake/number-key.ts';
import { readCallId } from '../../src/intake/call-id.ts';

const numberKey = createNumberKey({ defaultCountry: 'AU', defaultAreaCode: '02' });
const start = Date.UTC(2025, 9, 4, 23, 20, 30);
const outbound = {
  started_at: start,
  called_number: '0491 570 156',
  calling_number: '(02) 5550 1234',
  calling_extension: '201',
} satisfies CallFields;

function idOf(fields: CallFields, unreadable: Record<string, JsonValue> = {}): string | undefined {
  const present = new Map<string, JsonValue>(Object.entries({ ...fields, ...unreadable }));
  return readCallId(fields, present, numberKey)?.callId;
}

describe('the id of a call with a callsessionid', () => {
  it.each(['1759620030.123', 'AbC', '007', 'a b', '呼叫', 'x'.repeat(191)])(
    'the id of a call with a callsessionid is %j, unchanged',
    (id) => {
      expect(idOf({ call_session_id: id })).toBe(id);
    },
  );

  it('the id of a call with a callsessionid keeps upper and lower case', () => {
    expect(idOf({ call_session_id: 'ABC' })).not.toBe(idOf({ call_session_id: 'abc' }));
  });

  it('the id of a call is a hash when the callsessionid has more than 191 characters', () => {
    expect(idOf({ call_session_id: 'x'.repeat(192) })).toMatch(/^sha256-[0-9a-f]{64}$/);
  });

  it('the ids of two calls differ when their long callsessionids differ in the last character', () => {
    const long = 'x'.repeat(300);
    expect(idOf({ call_session_id: `${long}a` })).not.toBe(idOf({ call_session_id: `${long}b` }));
  });

  it('the id of a call is the callsessionid even when the push has outbound fields', () => {
    expect(idOf({ ...outbound, call_session_id: 'c-1' })).toBe('c-1');
  });

  it('the id of a call fits an indexed column for any callsessionid', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (id) => (idOf({ call_session_id: id }) ?? '').length <= 191),
    );
  });
});

describe('the derived id of an outbound call', () => {
  it('the derived id of an outbound call stays the same across releases', () => {
    expect(idOf(outbound)).toBe('outbound-45cf891a815b6a1f7ecaeacc0630ac233f53367e');
  });

  it('the derived id of an outbound call is the same for every spelling of the numbers', () => {
    expect(idOf({ ...outbound, called_number: '0491570156', calling_number: '02-5550-1234' })).toBe(
      idOf(outbound),
    );
  });

  it.each([
    '+61491570156',
    '61 491 570 156',
    '0011 61 491 570 156',
    '"Ada" <0491570156>',
    '＋６１４９１５７０１５６',
  ])('the derived id of an outbound call is the same with the called number as %s', (called_number) => {
    expect(idOf({ ...outbound, called_number })).toBe(idOf(outbound));
  });

  it.each(['+61 2 5550 1234', '5550 1234', 'sip:0255501234@pbx.example'])(
    'the derived id of an outbound call is the same with the calling number as %s',
    (calling_number) => {
      expect(idOf({ ...outbound, calling_number })).toBe(idOf(outbound));
    },
  );

  it.each([
    ['the start', { started_at: start + 1 }],
    ['the called number', { called_number: '0491 570 157' }],
    ['the calling number', { calling_number: '(02) 5550 1235' }],
    ['the extension', { calling_extension: '202' }],
  ])('the derived id of an outbound call changes with %s', (_what, changed) => {
    expect(idOf({ ...outbound, ...changed })).not.toBe(idOf(outbound));
  });

  it('the derived id of an outbound call differs when a digit moves from one number to the next', () => {
    expect(idOf({ started_at: start, called_number: '12', calling_number: '3' })).not.toBe(
      idOf({ started_at: start, called_number: '2', calling_number: '31' }),
    );
  });

  it('the derived id of an outbound call needs neither a calling number nor an extension', () => {
    expect(idOf({ started_at: start, called_number: '0491 570 156' })).toMatch(/^outbound-/);
  });

  it('the derived id of an outbound call uses the text of a start that cannot be read', () => {
    const ids = ['yesterday', 'today'].map((text) => idOf({ called_number: '1' }, { started_at: text }));
    expect(new Set(ids).size).toBe(2);
  });

  it.each([
    ['has no start', { called_number: '0491 570 156' }],
    ['has no called number', { started_at: start, calling_number: '0491 570 156' }],
    ['is empty', {}],
  ])('the derived id of an outbound call is undefined when the push %s', (_what, fields) => {
    expect(idOf(fields)).toBeUndefined();
  });
});

describe('the derived id of an inbound call without a callsessionid', () => {
  const inbound = {
    started_at: start,
    origin_number: '0491 570 156',
    phone_number: '1300 975 707',
  } satisfies CallFields;

  it('the derived id of an inbound call stays the same across releases', () => {
    expect(idOf(inbound)).toBe('inbound-2aaef4839948cfd6f73b474f1c2abb681a4f23be');
  });

  it('the derived id of an inbound call is the same with the fields that answered and end pushes add', () => {
    expect(idOf({ ...inbound, answering_point: 'Ada', ended_at: start + 1 })).toBe(idOf(inbound));
  });

  it.each(['+61491570156', '61491570156', 'tel:+61-491-570-156'])(
    'the derived id of an inbound call is the same with the origin as %s',
    (origin_number) => {
      expect(idOf({ ...inbound, origin_number })).toBe(idOf(inbound));
    },
  );

  it.each(['+611300975707', '611300975707', '1300975707'])(
    'the derived id of an inbound call is the same with the service number as %s',
    (phone_number) => {
      expect(idOf({ ...inbound, phone_number })).toBe(idOf(inbound));
    },
  );

  it('the derived id of an inbound call is the same for every way to dial a foreign number', () => {
    const [first, ...others] = ['+64 21 123 4567', '0011 64 21 123 4567', '+64211234567'].map(
      (origin_number) => idOf({ ...inbound, origin_number }),
    );
    expect(new Set(others)).toEqual(new Set([first]));
  });

  it('the derived id of an inbound call is the same for every word for a hidden number', () => {
    const ids = ['anonymous', 'Private', 'Caller ID withheld', '0'].map((origin_number) =>
      idOf({ ...inbound, origin_number }),
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('the derived id of an inbound call is not made from a service number of zeros', () => {
    expect(idOf({ ...inbound, phone_number: '0' })).toBeUndefined();
  });

  it('the derived id of an inbound call differs between extensions, and between callers without digits', () => {
    const ids = ['201', '202', 'sip:bob@pbx.example', 'Jane Smith'].map((origin_number) =>
      idOf({ ...inbound, origin_number }),
    );
    expect(new Set(ids).size).toBe(4);
  });

  it.each([
    ['the start', { started_at: start + 1 }],
    ['the origin', { origin_number: '0491 570 157' }],
    ['the service number', { phone_number: '1300 975 708' }],
  ])('the derived id of an inbound call changes with %s', (_what, changed) => {
    expect(idOf({ ...inbound, ...changed })).not.toBe(idOf(inbound));
  });

  it.each([
    ['the start', 'started_at'],
    ['the origin', 'origin_number'],
    ['the service number', 'phone_number'],
  ] as const)('the derived id of an inbound call is undefined without %s', (_what, name) => {
    const rest = Object.entries(inbound).filter(([key]) => key !== name);
    expect(idOf(Object.fromEntries(rest))).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import {
  mappableFieldKind,
  mappableFields,
  mappedValues,
  parseFieldMap,
  type FieldMapping,
} from '../../src/crm/field-map.ts';
import { jetFields } from '../../src/domain/jet-fields.ts';
import { allFields, delivery, recordOf, startedAtMs } from '../fixtures/landed-calls.ts';

const mapped = (map: Record<string, string>, fields = allFields()) => {
  const read = parseFieldMap(JSON.stringify(map));
  if ('fault' in read) throw new Error(read.fault);
  return Object.fromEntries(mappedValues(delivery(recordOf('c', { fields })).call, read.mappings));
};

describe('a field map', () => {
  it.each([
    ['{', 'is not JSON'],
    ['[]', 'is not a JSON object'],
    ['{"gclids":"A__c"}', 'no call has: "gclids"'],
    ['{"gclid":7}', 'maps gclid to a value that is not a field name'],
    ['{"gclid":"A b"}', 'maps gclid to a value that is not a field name'],
    ['{"gclid":"A__c","campaign":"A__c"}', 'maps two fields to A__c'],
  ])('the field map %s is refused: %s', (text, fault) => {
    expect(parseFieldMap(text)).toEqual({ fault: expect.stringContaining(fault) as string });
  });

  it("a field map can name each of Jet's fields", () => {
    expect(jetFields.filter(({ name }) => !mappableFields.has(name))).toEqual([]);
  });

  it('a field map distinguishes times, numbers, booleans and text', () => {
    expect(
      mapped(
        { started_at: 'A', duration_seconds: 'B', withheld: 'C', started_at_local: 'D', gclid: 'E' },
        {
          started_at: startedAtMs,
          duration_seconds: 7,
          gclid: 'x',
        },
      ),
    ).toEqual({
      A: { kind: 'instant', value: startedAtMs },
      B: { kind: 'number', value: 7 },
      C: { kind: 'boolean', value: true },
      D: { kind: 'text', value: '2026-11-22 12:02:03.004' },
      E: { kind: 'text', value: 'x' },
    });
  });

  it('the kind of each field is known without a call', () => {
    const { call } = delivery(recordOf('c', { fields: allFields(), answerReceivedAtMs: startedAtMs }));
    const mappings = [...mappableFields].map((ours) => ({ ours, theirs: ours }) as FieldMapping);
    const kinds = [...mappedValues(call, mappings)].map(([ours, { kind }]) => [ours, kind]);
    expect(kinds.length).toBeGreaterThan(50);
    expect(kinds).toEqual(kinds.map(([ours]) => [ours, mappableFieldKind(ours as FieldMapping['ours'])]));
  });

  it('fields without a value are omitted', () => {
    expect(mapped({ gclid: 'A' }, {})).toEqual({});
  });
});

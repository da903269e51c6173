import { describe, expect, it } from 'vitest';
import { jetFields, outboundJetNames } from '../../src/domain/jet-fields.ts';

const inbound = jetFields.filter(({ list }) => ['start', 'answered', 'end'].includes(list));

describe("Jet's fields", () => {
  it('inbound telephony has 21 fields of Jet', () => {
    expect(inbound).toHaveLength(21);
  });

  it('the call start has 8 fields of Jet', () => {
    expect(jetFields.filter(({ list }) => list === 'start')).toHaveLength(8);
  });

  it('the answered push has 11 more fields of Jet', () => {
    expect(jetFields.filter(({ list }) => list === 'answered')).toHaveLength(11);
  });

  it('the web session has 19 fields of Jet', () => {
    expect(jetFields.filter(({ list }) => list === 'web')).toHaveLength(19);
  });

  it('the outbound push has 7 fields of Jet', () => {
    expect(outboundJetNames).toHaveLength(7);
  });

  it("each of Jet's fields has a different name of ours", () => {
    expect(new Set(jetFields.map(({ name }) => name)).size).toBe(jetFields.length);
  });

  it("our names of Jet's fields are in snake_case", () => {
    expect(jetFields.filter(({ name }) => !/^[a-z]+(?:_[a-z]+)*$/.test(name))).toEqual([]);
  });
});

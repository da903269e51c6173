import { describe, expect, it } from 'vitest';
import { jetFields, outboundJetNames } from '../../src/domain/jet-fields.ts';

const inbound = jetFields.filter(({ list }) => ['start', 'answered', 'end'].includes(list));

describe("Jet's fields", () => {
  it('are 21 of inbound telephony', () => {
    expect(inbound).toHaveLength(21);
  });

  it('are 8 of the call start', () => {
    expect(jetFields.filter(({ list }) => list === 'start')).toHaveLength(8);
  });

  it('are 11 more of the answered push', () => {
    expect(jetFields.filter(({ list }) => list === 'answered')).toHaveLength(11);
  });

  it('are 19 of the web session', () => {
    expect(jetFields.filter(({ list }) => list === 'web')).toHaveLength(19);
  });

  it('are 7 of the outbound push', () => {
    expect(outboundJetNames).toHaveLength(7);
  });

  it('have a different name of ours each', () => {
    expect(new Set(jetFields.map(({ name }) => name)).size).toBe(jetFields.length);
  });

  it('have snake_case names of ours', () => {
    expect(jetFields.filter(({ name }) => !/^[a-z]+(?:_[a-z]+)*$/.test(name))).toEqual([]);
  });
});

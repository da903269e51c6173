import { describe, expect, it } from 'vitest';
import { isFinalStage, stageRank, stages } from '../../src/domain/stage.ts';

describe('stages', () => {
  it('stages are listed in the order of a call', () => {
    expect([...stages].sort((a, b) => stageRank(a) - stageRank(b))).toEqual([
      'call_start',
      'call_answered',
      'call_end',
      'call_end_outbound',
    ]);
  });

  it.each([
    ['call_start', false],
    ['call_answered', false],
    ['call_end', true],
    ['call_end_outbound', true],
  ] as const)('the stage %s is final: %s', (stage, final) => {
    expect(isFinalStage(stage)).toBe(final);
  });
});

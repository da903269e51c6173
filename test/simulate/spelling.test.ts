import { describe, expect, it } from 'vitest';
import { keyOf } from '../../src/simulate/traffic/key-spelling.ts';
import { timeForms, writeTime } from '../../src/simulate/traffic/time-form.ts';
import { parseInstant } from '../../src/domain/instant.ts';
import { jetFields, outboundJetNames } from '../../src/domain/jet-fields.ts';
import { foldKey } from '../../src/intake/flatten.ts';

describe('keys', () => {
  it('the invented keys fold to the name on the page in every spelling', () => {
    for (const { name, jetName } of jetFields) {
      for (const direction of ['inbound', 'outbound'] as const) {
        for (const spelling of ['page', 'camel', 'snake'] as const) {
          expect(foldKey(keyOf(name, direction, spelling))).toBe(foldKey(jetName));
        }
      }
    }
  });

  it('the invented keys of an outbound push are spelled as the page spells them', () => {
    const fields = [
      'started_at',
      'ended_at',
      'dial_status',
      'duration_seconds',
      'called_number',
      'calling_number',
      'calling_extension',
    ] as const;
    expect(fields.map((field) => keyOf(field, 'outbound', 'page'))).toEqual(outboundJetNames);
  });
});

describe('times', () => {
  it('the invented times read as the same second in every form', () => {
    const momentMs = Date.parse('2025-03-04T05:06:07.089Z');
    for (const form of timeForms) {
      const read = parseInstant(String(writeTime(momentMs, form))) ?? 0;
      expect(Math.floor(read / 1000)).toBe(Math.floor(momentMs / 1000));
    }
  });
});

import { describe, expect, it } from 'vitest';
import {
  drawLandline,
  drawOddNumber,
  fictionalMobiles,
  fictionalServices,
  shapes,
  type FictionalNumber,
} from '../../src/simulate/traffic/fictional-numbers.ts';
import { createRandom } from '../../src/simulate/traffic/random.ts';
import { createPhoneReader } from '../../src/domain/phone-number.ts';

const readPhone = createPhoneReader({ defaultCountry: 'AU' });
const random = createRandom(1);
const landlines = Array.from({ length: 500 }, () => drawLandline(random));

describe('fictional numbers', () => {
  it('fictional numbers are valid in every format, and all formats are the same number', () => {
    for (const number of [...fictionalMobiles, ...fictionalServices, ...landlines]) {
      for (const shape of shapes[number.kind]) {
        expect(readPhone(shape(number.national)).e164).toBe(e164Of(number));
      }
    }
  });

  it('fictional numbers are in the ranges that are reserved for creative works', () => {
    expect(fictionalMobiles).toHaveLength(30);
    for (const { national } of fictionalMobiles) expect(national).toMatch(/^049157\d{4}$/);
    for (const { national } of landlines) expect(national).toMatch(/^0[2378](?:5550|7010)\d{4}$/);
    for (const { national } of fictionalServices) {
      expect(national).toMatch(/^(?:1800160401|1[38]00975(?:70[7-9]|71[01]))$/);
    }
  });

  it("fictional numbers have odd forms that no subscriber's number can have", () => {
    for (let draw = 0; draw < 300; draw += 1) {
      expect(drawOddNumber(random)).toMatch(
        /^(?:13 00 \d\d|1300\d\d|\+44 20 7946 0\d{3}|\+1 202 555 01\d\d|5550 \d{4})$/,
      );
    }
  });
});

function e164Of({ national, kind }: FictionalNumber): string {
  return kind === 'service' ? `+61${national}` : `+61${national.slice(1)}`;
}

import fc from 'fast-check';
import { Metadata, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { createPhoneReader } from '../../src/domain/phone-number.ts';

// Germany, Italy and Kosovo have national numbers that begin like their country code. Argentina writes mobile numbers in two
// ways, and the United States share their code.
const countries: readonly CountryCode[] = ['AU', 'NZ', 'GB', 'DE', 'IT', 'XK', 'AR', 'US'];

describe('a number written with its country code and only digits', () => {
  it.each(countries)('a number of %s with its country code reads as in the library', (country) => {
    const metadata = new Metadata();
    metadata.selectNumberingPlan(country);
    // The library's types lack these members.
    const plan = metadata.numberingPlan as unknown as {
      callingCode(): string;
      nationalNumberPattern(): string;
    };
    const read = createPhoneReader({ defaultCountry: country });
    const numbers = fc.stringMatching(new RegExp(`^(?:${plan.nationalNumberPattern()})$`));
    fc.assert(
      fc.property(numbers, fc.constantFrom('', '+'), (number, plus) => {
        const text = `${plus}${plan.callingCode()}${number}`;
        const parsed = parsePhoneNumberFromString(text, country);
        fc.pre(parsed?.isValid() === true);
        expect(read(text).e164).toBe(parsed.number);
      }),
    );
  });
});

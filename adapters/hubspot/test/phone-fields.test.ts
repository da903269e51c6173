import { afterEach, describe, expect, it } from 'vitest';
import { callFrom, mobileNumber, openPortal, type PortalUnderTest } from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

const number = mobileNumber(1);
const national = number.replace('+61', '0');
const lineOfSydney = '+61293744000';

describe('a phone property with free text', () => {
  it.each([
    ['a word after it', `${national} (wife)`],
    ['a word before it', `Mob: ${national}`],
    ['an extension', `${national} x12`],
    ['a plus before its zero', `+${national}`],
  ])('a contact is found by a phone property that holds a number with %s', async (_how, phone) => {
    test = await openPortal({ contacts: [{ id: '9001', properties: { phone } }] });
    const delivery = callFrom(number, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9001'] }]);
  });
});

describe('a number without its area code', () => {
  const contacts = [{ id: '9001', properties: { phone: '9374 4000' } }];

  it('a number without its area code is found when DEFAULT_AREA_CODE names its area', async () => {
    test = await openPortal({ contacts }, { DEFAULT_AREA_CODE: '02' });
    const delivery = callFrom(lineOfSydney, 'one');
    await test.deliver([delivery]);
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9001'] }]);
  });

  it.each([{}, { DEFAULT_AREA_CODE: '03' }])(
    'a number without its area code is not found under %j',
    async (settings) => {
      test = await openPortal({ contacts }, settings);
      const delivery = callFrom(lineOfSydney, 'one');
      await test.deliver([delivery]);
      expect(test.callsOf(delivery)).toMatchObject([{ contacts: [] }]);
    },
  );
});

describe('a number in a range that the phone library does not know', () => {
  it('a contact is found by a number of an unknown range, and the trace says that it is unverified', async () => {
    test = await openPortal({ contacts: [{ id: '9001', properties: { phone: '0441 234 567' } }] });
    const delivery = callFrom('+61441234567', 'one');
    const outcome = (await test.deliver([delivery])).get('one');
    expect(test.callsOf(delivery)).toMatchObject([{ contacts: ['9001'] }]);
    expect(outcome).toMatchObject({ trace: { person: { match: { rule: 'only_hit', unverified: true } } } });
  });
});

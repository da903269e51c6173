import { describe, expect, it } from 'vitest';
import { annsNumber, callFrom, openOrg, traceOf } from './org-under-test.ts';

describe('a phone field with free text', () => {
  it.each([
    '0491 570 006 (wife)',
    'Mob: 0491 570 006',
    'Jane <0491 570 006>',
    '0491 570 006 / 02 9374 4000',
    '02 9374 4000 / 0491 570 006',
    '0491 570 006 or 02 9374 4000',
    '0491-570-006 x12',
    '+0491 570 006',
    '0491\ufe0f 570 006',
    '0491\u00a0570\u00a0006',
  ])('a phone field with free text finds its person by the number in %j', async (typed) => {
    const { org, land, task } = await openOrg();
    const ann = org.add('Contact', { LastName: 'Ann', Phone: typed });
    await land(callFrom(annsNumber));
    expect(task()).toMatchObject({ WhoId: ann });
  });

  it.each(['0491 570 006 7', '10491570006', 'Ref 99 0491 570 006'])(
    'a number that is part of a longer one finds nobody: %j',
    async (typed) => {
      const { org, land, task } = await openOrg({}, { looseSearch: true });
      org.add('Contact', { LastName: 'Other', Phone: typed });
      await land(callFrom(annsNumber));
      expect(task()).toMatchObject({ WhoId: null });
    },
  );
});

describe('a number without its area code', () => {
  const lineOfSydney = '+61293744000';

  it.each(['9374 4000', '93744000', '9374-4000', '9374 4000 (office)'])(
    'a number without its area code is found as %j when DEFAULT_AREA_CODE is its area',
    async (typed) => {
      const { org, land, task } = await openOrg({ DEFAULT_AREA_CODE: '02' });
      const ann = org.add('Contact', { LastName: 'Ann', Phone: typed });
      await land(callFrom(lineOfSydney));
      expect(task()).toMatchObject({ WhoId: ann });
    },
  );

  it.each([{}, { DEFAULT_AREA_CODE: '03' }])(
    'a number without its area code is not found under %j',
    async (settings) => {
      const { org, land, task } = await openOrg(settings, { looseSearch: true });
      org.add('Contact', { LastName: 'Ann', Phone: '9374 4000' });
      await land(callFrom(lineOfSydney));
      expect(task()).toMatchObject({ WhoId: null });
    },
  );
});

describe('a number in a range that the phone library does not know', () => {
  it('a number in an unknown range finds its person, and the trace says that it is unverified', async () => {
    const { org, land, task } = await openOrg();
    const ann = org.add('Contact', { LastName: 'Ann', Phone: '0441 234 567' });
    const [landed] = await land(callFrom('+61441234567'));
    expect(task()).toMatchObject({ WhoId: ann });
    expect(traceOf(landed).person.match).toMatchObject({ rule: 'only_hit', unverified: true });
  });
});

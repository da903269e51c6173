import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimeZone, localTime, utcText } from '../../src/domain/local-time.ts';

// Each pair is the last millisecond before a change of the clocks, and the change itself. Sydney and Adelaide go from
// 2:00 to 3:00 in October, and from 3:00 to 2:00 in April. Lord Howe Island moves by half an hour. Perth never changes.
describe('local time around a change of the clocks', () => {
  it.each([
    ['Australia/Sydney', '2025-10-04T15:59:59.999Z', '2025-10-05 01:59:59.999', '+10:00'],
    ['Australia/Sydney', '2025-10-04T16:00:00.000Z', '2025-10-05 03:00:00.000', '+11:00'],
    ['Australia/Sydney', '2026-04-04T15:59:59.999Z', '2026-04-05 02:59:59.999', '+11:00'],
    ['Australia/Sydney', '2026-04-04T16:00:00.000Z', '2026-04-05 02:00:00.000', '+10:00'],
    ['Australia/Adelaide', '2025-10-04T16:29:59.999Z', '2025-10-05 01:59:59.999', '+09:30'],
    ['Australia/Adelaide', '2025-10-04T16:30:00.000Z', '2025-10-05 03:00:00.000', '+10:30'],
    ['Australia/Adelaide', '2026-04-04T16:29:59.999Z', '2026-04-05 02:59:59.999', '+10:30'],
    ['Australia/Adelaide', '2026-04-04T16:30:00.000Z', '2026-04-05 02:00:00.000', '+09:30'],
    ['Australia/Lord_Howe', '2025-10-04T15:29:59.999Z', '2025-10-05 01:59:59.999', '+10:30'],
    ['Australia/Lord_Howe', '2025-10-04T15:30:00.000Z', '2025-10-05 02:30:00.000', '+11:00'],
    ['Australia/Lord_Howe', '2026-04-04T14:59:59.999Z', '2026-04-05 01:59:59.999', '+11:00'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00.000Z', '2026-04-05 01:30:00.000', '+10:30'],
    ['Australia/Perth', '2025-10-04T17:59:59.999Z', '2025-10-05 01:59:59.999', '+08:00'],
    ['Australia/Perth', '2025-10-04T18:00:00.000Z', '2025-10-05 02:00:00.000', '+08:00'],
    ['Australia/Perth', '2026-04-04T18:59:59.999Z', '2026-04-05 02:59:59.999', '+08:00'],
    ['Australia/Perth', '2026-04-04T19:00:00.000Z', '2026-04-05 03:00:00.000', '+08:00'],
  ])('the local time in %s at %s shows %s %s', (zone, instant, text, offset) => {
    expect(localTime(Date.parse(instant), zone)).toMatchObject({ text, offset });
  });
});

describe('a local time', () => {
  // 13:00 on Sunday in UTC is midnight on Monday in Sydney.
  const midnight = localTime(Date.UTC(2025, 9, 5, 13), 'Australia/Sydney');

  it('a local time has the date of the zone', () => {
    expect(midnight.date).toBe('2025-10-06');
  });

  it('a local time counts midnight as hour 0', () => {
    expect(midnight.hour).toBe(0);
  });

  it('a local time counts Monday as 1', () => {
    expect(midnight.weekday).toBe(1);
  });

  it('a local time counts Sunday as 7', () => {
    expect(localTime(Date.UTC(2025, 9, 5, 12, 59), 'Australia/Sydney').weekday).toBe(7);
  });

  it('a local time gives the original instant when read with its offset', () => {
    const instants = fc.integer({ min: Date.UTC(1980, 0, 1), max: Date.UTC(2200, 0, 1) - 1 });
    const zones = fc.constantFrom(
      'Australia/Sydney',
      'Australia/Lord_Howe',
      'Australia/Perth',
      'America/St_Johns',
      'UTC',
    );
    fc.assert(
      fc.property(instants, zones, (epochMs, zone) => {
        const { text, offset } = localTime(epochMs, zone);
        expect(Date.parse(`${text.replace(' ', 'T')}${offset}`)).toBe(epochMs);
      }),
    );
  });
});

describe('utcText', () => {
  it('utcText writes an instant in UTC with milliseconds', () => {
    expect(utcText(Date.UTC(2025, 9, 4, 23, 20, 30, 7))).toBe('2025-10-04 23:20:30.007');
  });
});

describe('isTimeZone', () => {
  it.each(['Australia/Sydney', 'Australia/Lord_Howe', 'Pacific/Auckland', 'UTC'])(
    'the name %s is a time zone',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    },
  );

  it.each(['', 'Sydney', 'local', 'Australia/Atlantis', 'AEST/AEDT'])(
    'the name %j is not a time zone',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );
});

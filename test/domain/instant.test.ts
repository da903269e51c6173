import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNoTime, parseInstant } from '../../src/domain/instant.ts';

/** Sunday 5 October 2025, 10:20:30 in Sydney. */
const second = Date.UTC(2025, 9, 4, 23, 20, 30);

describe('a time from Jet', () => {
  it.each([
    ['2025-10-04T23:20:30Z', second],
    ['2025-10-04T23:20:30', second],
    ['2025-10-04 23:20:30', second],
    ['2025-10-04t23:20:30z', second],
    ['2025-10-04 23:20:30 UTC', second],
    ['2025-10-04 23:20:30 GMT', second],
    ['2025-10-04T23:20Z', second - 30_000],
    ['2025-10-04 23:20', second - 30_000],
    ['2025-10-04T23:20:30.5Z', second + 500],
    ['2025-10-04T23:20:30.123', second + 123],
    ['2025-10-04 23:20:30,123', second + 123],
    ['2025-10-04T23:20:30.123456', second + 123],
    ['2025-10-04T23:20:30.123456789Z', second + 123],
    ['2025-10-05T10:20:30+11:00', second],
    ['2025-10-05 10:20:30 +11:00', second],
    ['2025-10-05T10:20:30+1100', second],
    ['2025-10-05T10:20:30+11', second],
    ['2025-10-05T09:50:30.250+10:30', second + 250],
    ['2025-10-04T18:20:30-05:00', second],
    ['2025-10-04T23:20:30-00:00', second],
    ['20251004T232030Z', second],
    ['20251004T232030', second],
    ['20251004T2320Z', second - 30_000],
    ['20251005T102030+1100', second],
    ['1759620030', second],
    ['1759620030.25', second + 250],
    ['1759620030000', second],
    ['1759620030123', second + 123],
    ['1759620030123.75', second + 124],
    ['946684800', Date.UTC(2000, 0, 1)],
    ['946684800000', Date.UTC(2000, 0, 1)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2199-12-31T23:59:59.999Z', Date.UTC(2200, 0, 1) - 1],
  ])('the time %j from Jet is read', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    'now',
    'null',
    '0',
    '2025-02-30T10:00:00Z',
    '2025-02-29T10:00:00Z',
    '2025-13-01T10:00:00Z',
    '2025-00-10T10:00:00Z',
    '2025-10-00T10:00:00Z',
    '2025-10-32T10:00:00Z',
    '2025-10-05T24:00:00Z',
    '2025-10-05T10:60:00Z',
    '2025-10-05T10:00:60Z',
    '10/05/2025 10:00:00',
    '5/10/2025',
    '05-10-2025 10:00:00',
    '2025-10-05',
    '20251005',
    '2025-10-05T10',
    '2025-1-5T10:00:00Z',
    '2025-10-05  10:00:00',
    '2025-10-05T10:00:00+15:00',
    '2025-10-05T10:00:00+10:60',
    '2025-10-05T10:00:00 AEST',
    '2025-10-05T10:00:00.Z',
    '2025-W40-7T10:00:00Z',
    '2025-278T10:00:00Z',
    '+2025-10-05T10:00:00Z',
    'Sun, 05 Oct 2025 10:00:00 AEST',
    'Mon, 05 Oct 25 10:00:00 GMT',
    '05 Oct 25 10:00:00',
    'Sun Oct 05 10:00:00 AEST 2025',
    '2025-10-05T10:00:00[Australia/Sydney]',
    '2025-10-05T10:00:00 (AEST)',
    '2025/02/30 10:00:00',
    '2025/10-05 10:00:00',
    '5 Oct 2025 13:00:00 PM',
    'Oct 2025 10:00:00',
    '2025-10-05T10:00:00Z and more',
    '2025-10-05T10:00:00Z\n',
    '20251305100000',
    '202510051000001',
    '17596200300',
    '-1759620030',
    '1.759e9',
    '99999999999999',
    '٢٠٢٥-١٠-٠٥T١٠:٠٠:٠٠Z',
  ])('the time %j from Jet is not guessed at', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it.each([
    ['year 0', '0000-00-00 00:00:00'],
    ['year 1', '0001-01-01T00:00:00Z'],
    ['year 99', '0099-12-31T00:00:00Z'],
    ['the first second of the epoch', '1970-01-01T00:00:00Z'],
    ['year 9999', '9999-12-31T23:59:59Z'],
    ['milliseconds that are really the digits of a date', '202510051030'],
  ])('a time in %s is not the time of a call', (_meaning, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

describe('a time in the format of another system', () => {
  it.each([
    ['Java', '2025-10-04T23:20:30Z[UTC]', second],
    ['quotes around it', '"2025-10-04T23:20:30Z"', second],
    ['a comma', '2025-10-04, 23:20:30', second],
    ['an underscore', '2025-10-04_23:20:30', second],
    ['a typographic minus', '2025-10-04T18:20:30\u221205:00', second],
    ['Java with a zone', '2025-10-05T10:20:30+11:00[Australia/Sydney]', second],
    ['Java without seconds', '2025-10-04T23:20Z[Etc/UTC]', second - 30_000],
    ['RFC 9557', '2025-10-05T10:20:30+11:00[Australia/Sydney][u-ca=iso8601]', second],
    ['a Java Date', 'Sat Oct 04 23:20:30 UTC 2025', second],
    ["Java's medium format", 'Oct 4, 2025, 11:20:30\u202fPM', second],
    ['Go', '2025-10-04 23:20:30.123456789 +0000 UTC', second + 123],
    ['Go with its own clock', '2025-10-04 23:20:30.123456789 +0000 UTC m=+0.000012345', second + 123],
    ['Go in another zone', '2025-10-05 10:20:30 +1100 AEDT', second],
    ['Go in a zone without a name', '2025-10-05 10:20:30 +1100 +1100', second],
    ['RFC 1123', 'Sat, 04 Oct 2025 23:20:30 GMT', second],
    ['RFC 822', 'Sat, 04 Oct 25 23:20:30 UT', second],
    ['RFC 2822', '5 Oct 2025 10:20:30 +1100', second],
    ['RFC 850', 'Saturday, 04-Oct-25 23:20:30 GMT', second],
    ['JavaScript', 'Sat Oct 04 2025 23:20:30 GMT+0000 (Coordinated Universal Time)', second],
    ['JavaScript in Sydney', 'Sun Oct 05 2025 10:20:30 GMT+1100 (Australian Eastern Daylight Time)', second],
    ['C', 'Sat Oct  4 23:20:30 2025', second],
    ['.NET', '/Date(1759620030000+1100)/', second],
    ['slashes', '2025/10/04 23:20:30', second],
    ['slashes and single digits', '2025/10/4 23:20:30', second],
    ['dots', '2025.10.04 23:20:30', second],
    ['14 digits', '20251004232030', second],
    ['14 digits and a fraction', '20251004232030.1234567', second + 123],
    ['17 digits', '20251004232030123', second + 123],
    ['microseconds of the epoch', '1759620030123456', second + 123],
    ['nanoseconds of the epoch', '1759620030123456789', second + 123],
    ['a fraction of any length', '2025-10-04T23:20:30.12345678901234567890Z', second + 123],
    ['a month in lower case', '4 oct 2025 23:20:30', second],
    ['a month between hyphens', '04-oct-2025 23:20:30', second],
    ['a month first', 'october 4th, 2025 at 11:20:30 pm UTC', second],
    ['a month after the year', '2025-Oct-04 23:20:30', second],
    ['noon', '4 Oct 2025 12:00:00 PM', Date.UTC(2025, 9, 4, 12)],
    ['midnight', '4 Oct 2025 12:00:00 a.m.', Date.UTC(2025, 9, 4)],
  ])('a time in the format of %s is read: %j', (_system, text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  it.each([
    '2025-10-04 23:20:30.' + '1'.repeat(6_000_000) + '!',
    'Sat Oct 4 23:20:30' + ' '.repeat(6_000_000) + '!',
    '2025-10-04T23:20:30Z' + '[UTC]'.repeat(2_000_000) + '!',
  ])('a time in another format is refused also when millions of characters follow it', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

describe('any instant', () => {
  const instants = fc.integer({ min: Date.UTC(1980, 0, 1), max: Date.UTC(2200, 0, 1) - 1 });
  const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 });

  function withOffset(epochMs: number, minutes: number): string {
    const size = Math.abs(minutes);
    const two = (value: number): string => String(value).padStart(2, '0');
    const clock = new Date(epochMs + minutes * 60_000).toISOString().slice(0, -1);
    return `${clock}${minutes < 0 ? '-' : '+'}${two(Math.trunc(size / 60))}:${two(size % 60)}`;
  }

  it('any instant is read back from ISO text with Z', () => {
    fc.assert(fc.property(instants, (ms) => parseInstant(new Date(ms).toISOString()) === ms));
  });

  it('any instant is read back from text with a space and no zone', () => {
    fc.assert(
      fc.property(
        instants,
        (ms) => parseInstant(new Date(ms).toISOString().replace('T', ' ').replace('Z', '')) === ms,
      ),
    );
  });

  it('any instant is read back from ISO text with any offset', () => {
    fc.assert(fc.property(instants, offsets, (ms, minutes) => parseInstant(withOffset(ms, minutes)) === ms));
  });

  it('any instant is read back from the ISO basic form', () => {
    fc.assert(
      fc.property(instants, (ms) => parseInstant(new Date(ms).toISOString().replace(/[-:]/g, '')) === ms),
    );
  });

  it('any instant is read back from epoch milliseconds', () => {
    fc.assert(fc.property(instants, (ms) => parseInstant(String(ms)) === ms));
  });

  it('any instant is read back from epoch seconds with a fraction', () => {
    fc.assert(fc.property(instants, (ms) => parseInstant((ms / 1000).toFixed(3)) === ms));
  });
});

describe('any text', () => {
  it('any text is read as a plausible instant or not at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9TZ:+ .-]{0,30}$/)), (text) => {
        const instant = parseInstant(text);
        expect(instant === undefined || Number.isSafeInteger(instant)).toBe(true);
      }),
    );
  });
});

describe('JET_TIME_FORMAT', () => {
  it.each([
    ['dd/MM/yyyy HH:mm:ss', '04/10/2025 23:20:30'],
    ['d/M/yyyy h:mm:ss a', '4/10/2025 11:20:30 PM'],
    ['dd/MM/yyyy HH:mm:ss ZZ', '05/10/2025 10:20:30 +11:00'],
    ['dd/MM/yyyy HH:mm:ss z', '05/10/2025 10:20:30 Australia/Sydney'],
    ['yyyyMMddHHmmss', '20251004232030'],
    ['d LLL yyyy HH:mm:ss', '4 Oct 2025 23:20:30'],
  ])('the JET_TIME_FORMAT %j reads %j', (format, text) => {
    expect(parseInstant(text, format)).toBe(second);
  });

  it('JET_TIME_FORMAT is tried before the built-in formats', () => {
    expect(parseInstant('2025-04-10 23:20:30', 'yyyy-dd-MM HH:mm:ss')).toBe(second);
  });

  it('JET_TIME_FORMAT does not replace the built-in formats', () => {
    expect(parseInstant('2025-10-04T23:20:30Z', 'dd/MM/yyyy HH:mm:ss')).toBe(second);
  });

  it('JET_TIME_FORMAT does not accept 30 February', () => {
    expect(parseInstant('30/02/2025 10:00:00', 'dd/MM/yyyy HH:mm:ss')).toBeUndefined();
  });

  it('JET_TIME_FORMAT does not accept a year that means "no time"', () => {
    expect(parseInstant('01/01/0001 00:00:00', 'dd/MM/yyyy HH:mm:ss')).toBeUndefined();
  });
});

describe('a text that means "no time"', () => {
  it.each([
    '0',
    '0001-01-01T00:00:00',
    '0001-01-01 00:00:00Z',
    '0000-00-00 00:00:00',
    '0000-00-00',
    '0085-01-01 00:00:00',
    '1900-01-01T00:00:00.000Z',
    '1970-01-01T00:00:00',
    '1970-01-01T10:00:00+10:00',
    '19700101T000000Z',
    '9999-12-31T23:59:59.9999999',
    '0001-01-01 00:00:00 +0000 UTC',
    'Mon, 01 Jan 0001 00:00:00 GMT',
    '0001/01/01 00:00:00',
    '1/1/0001 12:00:00 AM',
    '01/01/1970 00:00:00',
    '31.12.1969 23:59:59',
    '12/30/1899',
  ])('the text %s means "no time"', (text) => {
    expect(parseInstant(text)).toBeUndefined();
    expect(isNoTime(text)).toBe(true);
  });

  it.each([
    '',
    'yesterday',
    '2025-10-04T23:20:30Z',
    '2025-02-30T00:00:00Z',
    '30/02/2025',
    '202510042320',
    '12345678',
    '04/10/2025 23:20:30',
  ])('the text "%s" does not mean "no time"', (text) => {
    expect(isNoTime(text)).toBe(false);
  });

  it('a text that means "no time" is also recognised in the format of JET_TIME_FORMAT', () => {
    const format = 'dd/MM/yyyy HH:mm:ss';
    expect(isNoTime('01/01/0001 00:00:00', format)).toBe(true);
    expect(isNoTime('04/10/2025 23:20:30', format)).toBe(false);
  });
});

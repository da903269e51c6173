import { describe, expect, it } from 'vitest';
import { planExport, type ExportFlags } from '../../../src/cli/export/export-plan.ts';

// In Sydney it is already 30 November.
const nowMs = Date.UTC(2026, 10, 29, 14, 0);
const flags = (rest: Partial<ExportFlags>): ExportFlags => ({
  ...{ view: 'jet_daily', conversionName: 'Phone call', minSeconds: '0' },
  ...rest,
});
const plan = (rest: Partial<ExportFlags>): ReturnType<typeof planExport> =>
  planExport(flags(rest), nowMs, 'Australia/Sydney');

describe('an export', () => {
  it.each([
    ['jet_missed_call', 'jet_missed_calls'],
    ['daily', 'jet_daily'],
    ['jet_service', 'jet_sources'],
  ])('an export answers the unknown view %s with the nearest one, %s', (view, nearest) => {
    expect(() => plan({ view })).toThrow(`There is no view "${view}". Did you mean ${nearest}?`);
  });

  it('an export answers an unknown column with the nearest one', () => {
    expect(() => plan({ columns: 'local_date,anserwed' })).toThrow(
      'jet_daily has no column "anserwed". Did you mean answered?',
    );
  });

  it.each([
    ['2026-02-30', '2026-02-28'],
    ['2026-2-3', '2026-02-03'],
    ['2026-13-01', '2026-12-01'],
    ['03/02/2026', '2026-02-03'],
    ['last week', '2026-11-30'],
  ])('an export answers the day %s with the nearest one, %s', (from, nearest) => {
    expect(() => plan({ from })).toThrow(`--from "${from}" is not a day. Did you mean ${nearest}?`);
  });

  it.each([
    ['today', '2026-11-30'],
    ['yesterday', '2026-11-29'],
    ['30d', '2026-10-31'],
    ['2024-02-29', '2024-02-29'],
  ])('an export reads the day %s in the time zone of the calls as %s', (from, day) => {
    expect(plan({ from }).from).toBe(day);
  });

  it('an export refuses a period that ends before it begins', () => {
    expect(() => plan({ from: '2026-07-02', to: '2026-07-01' })).toThrow('Swap the two days');
  });

  it('an export refuses a period for a view without days', () => {
    expect(() => plan({ view: 'jet_missed_callers', from: 'today' })).toThrow(
      'jet_missed_callers has no day, so --from and --to do not apply to it',
    );
  });

  it('an export takes the format from the name of the file', () => {
    expect(plan({ out: 'a.parquet' }).format).toBe('parquet');
    expect(plan({ out: 'a.txt' }).format).toBe('csv');
    expect(plan({ out: 'a.parquet', format: 'json' }).format).toBe('json');
  });

  it('an export answers an unknown format with the nearest one', () => {
    expect(() => plan({ format: 'parket' })).toThrow('Did you mean parquet?');
  });

  it('an export refuses Parquet without a file, since it is not text', () => {
    expect(() => plan({ format: 'parquet' })).toThrow('Name a file: --out calls.parquet');
  });

  it('an export refuses a conversion name that would break the file', () => {
    expect(() => plan({ gclid: true, conversionName: 'a,b' })).toThrow('--conversion-name must be');
  });
});

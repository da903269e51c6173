import { describe, expect, it } from 'vitest';
import { jetFields, outboundJetNames } from '../../src/domain/jet-fields.ts';
import { reportingDictionary } from '../../src/reporting/dictionary.ts';
import { reportingColumns } from '../../src/reporting/reporting-columns.ts';
import { longTextLength, type ReportingColumn } from '../../src/reporting/reporting-column.ts';

const columns: readonly ReportingColumn[] = reportingColumns;
const names = columns.map(({ name }) => name);

/** The promise of version 0.1.0 to the people who query the table: these names, in this order. */
const promised = `
  call_id direction stage status account_number
  started_at_utc started_at_local ended_at_utc ended_at_local dial_time_utc dial_time_local
  queued_time_utc queued_time_local started_at_offset ended_at_offset started_at_estimated
  time_zone local_date local_hour local_weekday
  origin_number origin_number_e164 phone_number phone_number_e164 called_number called_number_e164
  calling_number calling_number_e164 calling_extension counterpart_e164 withheld
  service_name service_group number_type dial_widget_name answering_point dial_status queue_name
  extension_number extension_name geo_label ivr_prompts ivr_labels
  duration_seconds wait_seconds queue_seconds answer_received_at_utc
  session_id page_view_id tracking_site_code user_id attributes origin_session_id
  landing_page_keywords google_analytics_client_id referrer_url landing_page_url channel source medium
  internal_referrer landing_page_domain referrer_domain keywords campaign gclid
  extra revision first_received_at_utc last_received_at_utc updated_at_utc
`
  .trim()
  .split(/\s+/);

describe('the columns of jet_calls', () => {
  it('the columns of jet_calls are the promised ones, in order', () => {
    const first = columns.filter(({ since }) => since === 1).map(({ name }) => name);
    expect(first).toEqual(promised);
  });

  it('each column of jet_calls has a name of its own, in lower case and without spaces', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
  });

  it('the columns of jet_calls hold all 47 fields of Jet', () => {
    const shared = outboundJetNames.filter((jetName) =>
      jetFields.some((field) => field.list !== 'outbound' && fold(field.jetName) === fold(jetName)),
    );
    expect(jetFields.length + shared.length).toBe(47);
    expect(names).toEqual(expect.arrayContaining(jetFields.map(columnOf)));
  });

  it('the columns of jet_calls show each instant of Jet in UTC and on the local clock', () => {
    for (const { name } of jetFields.filter(({ kind }) => kind === 'instant')) {
      expect(columns.find((column) => column.name === `${name}_utc`)?.type).toBe('instant');
      expect(columns.find((column) => column.name === `${name}_local`)?.type).toBe('local');
    }
  });

  it('the columns of jet_calls have a length where they are text and nowhere else', () => {
    for (const column of columns)
      expect(column.length !== undefined, column.name).toBe(column.type === 'text');
  });

  it('the columns of jet_calls hold the longest text in a MySQL TEXT, whatever its characters', () => {
    expect(longTextLength * 4).toBeLessThanOrEqual(65_535);
  });

  it('the columns of jet_calls are indexed where reports select, and short enough for the index', () => {
    const indexed = columns.filter((column) => column.indexed === true);
    expect(indexed.map(({ name }) => name)).toEqual(['started_at_utc', 'service_name', 'updated_at_utc']);
    for (const { length = 0 } of indexed) expect(length).toBeLessThanOrEqual(191);
  });
});

describe('the data dictionary', () => {
  it('the data dictionary equals docs/reporting-columns.md', async () => {
    await expect(reportingDictionary()).toMatchFileSnapshot('../../docs/reporting-columns.md');
  });

  it('the data dictionary has one row for each column, in order', () => {
    const rows = reportingDictionary().matchAll(/^\| `(\w+)` \|/gm);
    expect([...rows].map(([, name]) => name)).toEqual(names);
  });
});

function fold(jetName: string): string {
  return jetName.toLowerCase().replace(/[\s_.-]/g, '');
}

function columnOf({ name, kind }: (typeof jetFields)[number]): string {
  if (name === 'call_session_id') return 'call_id';
  return kind === 'instant' ? `${name}_utc` : name;
}

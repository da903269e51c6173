import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { noteSummarised, staleDays, summariseDay } from '../../../src/reporting/daily-summary.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshReporting, type FreshReporting } from '../../fixtures/fresh-reporting.ts';
import { reportingRow, writeRows } from '../../fixtures/reporting-rows.ts';
import { knownCalls } from './known-calls.ts';
import { readView, table } from './read-view.ts';

const outcomes = 'offered answered caller_abandon short_abandon system_abandon missed busy failed';
const [mon, tue, wed, nextMon] = ['2026-07-06', '2026-07-07', '2026-07-08', '2026-07-13'] as const;

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the views of 362 known calls on ${engine.title}`, () => {
    let fresh: FreshReporting;
    let database: Database;

    beforeAll(async () => {
      fresh = await openFreshReporting(engine, knownCalls);
      ({ database } = fresh);
    });

    afterAll(async () => {
      await fresh.close();
    });

    it('jet_inbound has the 334 inbound calls with an outcome', async () => {
      expect(await readView(database, 'jet_inbound')).toHaveLength(334);
    });

    it('jet_daily counts outcomes and has a row of zeros for a day without calls', async () => {
      const zeros = [0, 0, 0, 0, 0, 0, 0, 0] as const;
      expect(await readView(database, 'jet_daily')).toEqual(
        table(
          `local_date ${outcomes}`,
          [mon, 274, 162, 36, 24, 22, 18, 8, 4],
          [tue, ...zeros],
          [wed, 40, 40, 0, 0, 0, 0, 0, 0],
          ...['2026-07-09', '2026-07-10', '2026-07-11', '2026-07-12'].map((day) => [day, ...zeros]),
          [nextMon, 20, 20, 0, 0, 0, 0, 0, 0],
        ),
      );
    });

    it('jet_hourly has 24 hours for each of the eight days', async () => {
      const rows = await readView(database, 'jet_hourly');
      expect(rows).toHaveLength(8 * 24);
      const inOrder = rows
        .filter(({ offered }) => offered !== 0)
        .sort(
          (a, b) =>
            `${a['local_date']}`.localeCompare(`${b['local_date']}`) ||
            Number(a['local_hour']) - Number(b['local_hour']),
        );
      expect(inOrder).toEqual(
        table(
          `local_date local_hour ${outcomes}`,
          [mon, 9, 90, 90, 0, 0, 0, 0, 0, 0],
          [mon, 10, 84, 60, 0, 24, 0, 0, 0, 0],
          [mon, 11, 48, 0, 36, 0, 12, 0, 0, 0],
          [mon, 12, 10, 0, 0, 0, 10, 0, 0, 0],
          [mon, 13, 18, 0, 0, 0, 0, 18, 0, 0],
          [mon, 14, 12, 0, 0, 0, 0, 0, 8, 4],
          [mon, 15, 12, 12, 0, 0, 0, 0, 0, 0],
          [wed, 15, 40, 40, 0, 0, 0, 0, 0, 0],
          [nextMon, 9, 20, 20, 0, 0, 0, 0, 0, 0],
        ),
      );
    });

    it('jet_weekly adds up ISO weeks', async () => {
      expect(await readView(database, 'jet_weekly')).toEqual(
        table(
          `local_week week_begins ${outcomes}`,
          ['2026-W28', mon, 314, 202, 36, 24, 22, 18, 8, 4],
          ['2026-W29', nextMon, 20, 20, 0, 0, 0, 0, 0, 0],
        ),
      );
    });

    it('jet_service_daily counts each service', async () => {
      const page = ['Sales', 'Sydney', 'DIGITAL_ON_PAGE'] as const;
      expect(await readView(database, 'jet_service_daily')).toEqual(
        table(
          `local_date service_name service_group number_type ${outcomes}`,
          [mon, ...page, 120, 90, 0, 0, 0, 18, 8, 4],
          [mon, 'Support', 'Sydney', 'Other', 154, 72, 36, 24, 22, 0, 0, 0],
          [wed, ...page, 40, 40, 0, 0, 0, 0, 0, 0],
          [nextMon, ...page, 20, 20, 0, 0, 0, 0, 0, 0],
        ),
      );
    });

    it('jet_service_level counts calls in time in four ways', async () => {
      expect(await readView(database, 'jet_service_level')).toEqual(
        table(
          'local_date service_name queue_name offered answered short_abandons caller_abandons rang_in_time_total rang_in_time_queue answered_in_time_total answered_in_time_queue answered_unmeasured',
          [mon, 'Sales', null, 120, 90, 0, 0, 90, 90, 90, 90, 0],
          [mon, 'Support', 'Help', 154, 72, 24, 36, 12, 12, 0, 0, 12],
          [wed, 'Sales', null, 40, 40, 0, 0, 0, 40, 0, 40, 0],
          [nextMon, 'Sales', null, 20, 20, 0, 0, 20, 20, 20, 20, 0],
        ),
      );
    });

    it('jet_missed_calls gives the follow-up of each of the 112 missed calls', async () => {
      const rows = await readView(database, 'jet_missed_calls');
      const count = (followUp: string): number => rows.filter((row) => row['follow_up'] === followUp).length;
      expect([rows.length, count('handled'), count('not_returned'), count('cannot_follow')]).toEqual([
        112, 26, 82, 4,
      ]);
      expect(rows.find((row) => row['call_id'] === 'queue-busy-3')).toMatchObject({
        outcome: 'system_abandon',
        returned_at_utc: '2026-07-06 06:02:00.000',
        seconds_to_return: 16_200,
        follow_up: 'handled',
      });
      expect(rows.find((row) => row['call_id'] === 'rang-out-9')).toMatchObject({
        returned_at_utc: null,
        seconds_to_return: null,
        follow_up: 'not_returned',
      });
    });

    it('jet_missed_callers has the 78 callers who were neither called back nor answered later', async () => {
      const rows = await readView(database, 'jet_missed_callers');
      expect(rows).toHaveLength(78);
      expect(rows.every(({ misses }) => misses === 1)).toBe(true);
      expect(rows[0]).toEqual({
        counterpart_e164: '+61400000201',
        service_name: 'Support',
        misses: 1,
        first_missed_at_utc: '2026-07-06 00:30:00.000',
        last_missed_at_utc: '2026-07-06 00:30:00.000',
      });
    });

    it('jet_abandonment_over_time adds up the shares of callers and of the system apart', async () => {
      const rows = await readView(database, 'jet_abandonment_over_time');
      const rounded = rows.map((row) => ({
        ...row,
        cumulative_share: Number(Number(row['cumulative_share']).toFixed(4)),
      }));
      expect(rounded).toEqual(
        table(
          'abandoned_by from_seconds to_seconds calls cumulative_calls cumulative_share',
          ['caller', 0, 5, 24, 24, 0.4],
          ['caller', 60, 90, 36, 60, 1],
          ['system', 120, 180, 12, 12, 0.5455],
          ['system', 300, 600, 10, 22, 1],
        ),
      );
      expect(await readView(database, 'jet_abandonment_daily')).toEqual(
        table(
          'local_date abandoned_by from_seconds to_seconds calls',
          [mon, 'caller', 0, 5, 24],
          [mon, 'caller', 60, 90, 36],
          [mon, 'system', 120, 180, 12],
          [mon, 'system', 300, 600, 10],
        ),
      );
    });

    it('jet_caller_history distinguishes first-time callers from returning callers', async () => {
      const rows = await readView(database, 'jet_caller_history');
      const count = (caller: string): number => rows.filter((row) => row['caller'] === caller).length;
      expect([count('first_time'), count('returning'), count('unknown'), rows.length]).toEqual([
        278, 52, 4, 334,
      ]);
    });

    it('jet_repeat_callers has the 52 numbers that called twice', async () => {
      const rows = await readView(database, 'jet_repeat_callers');
      expect(rows).toHaveLength(52);
      expect(rows[0]).toEqual({
        ...{ counterpart_e164: '+61400000001', calls: 2, services: 1, answered: 2 },
        first_call_at_utc: '2026-07-05 23:00:00.000',
        last_call_at_utc: '2026-07-08 05:00:00.000',
      });
      expect(rows.reduce((sum, { answered }) => sum + Number(answered), 0)).toBe(40 * 2 + 12);
    });

    it('jet_sources counts calls of each campaign, and those without a web visit', async () => {
      expect(await readView(database, 'jet_sources')).toEqual(
        table(
          'local_date source medium campaign calls first_time_callers answered answered_60s with_gclid',
          [mon, 'google', 'cpc', 'Winter', 60, 60, 60, 60, 40],
          [mon, null, null, null, 214, 198, 102, 102, 0],
          [wed, 'google', 'cpc', 'Winter', 40, 0, 40, 0, 40],
          [nextMon, null, null, null, 20, 20, 20, 20, 0],
        ),
      );
    });

    it('jet_clicks has the first answered call of each of the 40 clicks', async () => {
      const rows = await readView(database, 'jet_clicks', ['gclid', 'call_id', 'started_at_utc']);
      expect(rows).toHaveLength(40);
      expect(rows.find(({ gclid }) => gclid === 'click-7')).toEqual({
        ...{ gclid: 'click-7', call_id: 'answered-7', started_at_utc: '2026-07-05 23:03:00.000' },
      });
    });

    it('jet_extensions adds up inbound and outbound calls', async () => {
      expect(await readView(database, 'jet_extensions')).toEqual(
        table(
          'local_date extension inbound_offered inbound_answered outbound outbound_answered answered_seconds',
          [mon, '201', 90, 90, 6, 6, 11_340],
          [mon, '202', 72, 72, 0, 0, 12_720],
          [mon, '204', 18, 0, 0, 0, 0],
          [wed, '201', 0, 0, 4, 4, 360],
          [wed, '202', 0, 0, 8, 0, 0],
          [wed, '203', 40, 40, 0, 0, 1_800],
          [nextMon, '201', 20, 20, 0, 0, 1_220],
        ),
      );
    });

    it('jet_attribution_health counts calls on a page without a session, and paid ones without a click', async () => {
      expect(await readView(database, 'jet_attribution_health')).toEqual(
        table(
          'local_date service_name number_type calls with_session with_client_id with_gclid on_page_without_session paid_without_gclid',
          [mon, 'Sales', 'DIGITAL_ON_PAGE', 120, 60, 50, 40, 60, 20],
          [mon, 'Support', 'Other', 154, 0, 0, 0, 0, 0],
          [wed, 'Sales', 'DIGITAL_ON_PAGE', 40, 40, 0, 40, 0, 0],
          [nextMon, 'Sales', 'DIGITAL_ON_PAGE', 20, 0, 0, 0, 20, 0],
        ),
      );
    });

    it('jet_daily_summary adds up to the same outcomes, once its days are computed', async () => {
      const days = await staleDays(database);
      expect(days.sort()).toEqual([mon, wed, nextMon]);
      for (const day of [...days, mon]) await summariseDay(database, day);
      await noteSummarised(database, Date.UTC(2026, 7, 1));
      const rows = await database
        .knex<{ outcome: string; calls: number }>('jet_daily_summary')
        .select('outcome')
        .sum<{ outcome: string; calls: number | string }[]>({ calls: 'calls' })
        .groupBy('outcome');
      expect(Object.fromEntries(rows.map(({ outcome, calls }) => [outcome, Number(calls)]))).toEqual({
        ...{ answered: 222, caller_abandon: 36, short_abandon: 24, system_abandon: 22 },
        ...{ missed: 18, busy: 8, failed: 4 },
      });
      expect(await staleDays(database)).toEqual([]);
    });

    it('the views follow the settings row', async () => {
      const settings = database.knex('jet_report_settings').where({ id: 1 });
      await settings
        .clone()
        .update({ short_abandon_seconds: 3, service_level_seconds: 19, return_window_hours: 50 });
      expect((await readView(database, 'jet_daily'))[0]).toMatchObject({
        short_abandon: 0,
        caller_abandon: 60,
      });
      expect((await readView(database, 'jet_service_level')).at(-1)).toMatchObject({
        rang_in_time_total: 0,
        rang_in_time_queue: 20,
      });
      const missed = await readView(database, 'jet_missed_calls');
      // The four late calls back came after 49 hours and two minutes.
      expect(missed.filter((row) => row['follow_up'] === 'handled')).toHaveLength(26 + 4);
      await settings
        .clone()
        .update({ short_abandon_seconds: 5, service_level_seconds: 20, return_window_hours: 48 });
    });

    it('a missed call of an hour ago is waiting', async () => {
      const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();
      await writeRows(database, [
        reportingRow('now', anHourAgo, { status: 'missed', counterpart_e164: '+61400009999' }),
      ]);
      const rows = await readView(database, 'jet_missed_calls', ['call_id', 'follow_up']);
      expect(rows.find((row) => row['call_id'] === 'now')).toEqual({ call_id: 'now', follow_up: 'waiting' });
    });
  });
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AdapterMisconfigured,
  DestinationUnavailable,
  utcText,
  type Adapter,
  type Database,
  type Delivery,
} from '#contract';
import { reportingColumns, reportingTable, type ReportingColumn } from '#reporting';
import { jetFields } from '../../../src/domain/jet-fields.ts';
import { createAdapter } from '../../../src/app/create-adapter.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { dropViews } from '../../../src/reporting/views/make-views.ts';
import { adapterSurroundings } from '../../../test/fixtures/adapter-surroundings.ts';
import { engines, type FreshDatabase } from '../../../test/fixtures/engines.ts';
import {
  allFields,
  delivery,
  fullRow,
  plain,
  recordOf,
  refuseService,
  revision,
  startedAtMs,
} from '../../../test/fixtures/landed-calls.ts';
import { movedClock } from '../../../test/fixtures/running-worker.ts';
import { sql } from '../index.ts';

const signal = new AbortController().signal;

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the sql adapter on ${engine.title}`, () => {
    let fresh: FreshDatabase;
    let database: Database;
    let adapter: Adapter;
    const clock = movedClock(startedAtMs + 1000);
    beforeEach(async () => {
      fresh = await engine.fresh();
      database = openDatabase(fresh.url);
      adapter = createAdapter(sql, { REPORTING_DATABASE_URL: fresh.url }, adapterSurroundings(clock));
      await adapter.prepare?.(signal);
    });
    afterEach(async () => {
      await adapter.close();
      await database.close();
      await fresh.drop();
    });

    const deliver = (...batch: Delivery[]) => adapter.deliver(batch, signal);
    /** A row as JSON values that are equal on every engine. */
    const readRow = async (callId: string): Promise<Record<string, unknown> | undefined> => {
      const row = await database
        .knex(reportingTable)
        .where({ call_id: callId })
        .first<Record<string, unknown> | undefined>('*');
      if (row === undefined) return undefined;
      return Object.fromEntries(
        reportingColumns.map((column) => [column.name, plain(row[column.name], column)]),
      );
    };

    it('every column is filled from a call that has every field', async () => {
      const record = recordOf('full', {
        fields: allFields(),
        extra: { odd: ['x', 1] },
        answerReceivedAtMs: startedAtMs + 150,
      });
      expect(await deliver(delivery(record))).toMatchObject([
        { kind: 'delivered', id: 'full', remoteId: 'full', effect: 'created' },
      ]);
      const row = (await readRow('full')) ?? {};
      expect(row).toMatchObject(fullRow(record, revision, clock()));
      // This call was never queued, and its "phone_number" is not a number.
      expect(Object.keys(row).filter((name) => row[name] === null)).toEqual([
        'phone_number_e164',
        'queue_seconds',
      ]);
    });

    it('a call with hardly any fields lands', async () => {
      await deliver(delivery(recordOf('bare', { stage: 'call_start' })));
      const row = await readRow('bare');
      expect(row).toMatchObject({
        status: 'in_progress',
        started_at_utc: utcText(startedAtMs + 100),
        started_at_estimated: 1,
        withheld: 1,
        extra: null,
        duration_seconds: null,
        revision,
      });
      expect(Object.keys(row ?? {})).toHaveLength(reportingColumns.length);
    });

    it('a newer revision updates the row, and clears the columns that have no value now', async () => {
      await deliver(delivery(recordOf('c', { fields: { service_name: 'Sales', campaign: 'spring' } })));
      const later = delivery(recordOf('c', { fields: { service_name: 'Support' } }), {
        revision: revision + 1,
        remoteId: 'c',
      });
      expect(await deliver(later)).toMatchObject([{ kind: 'delivered', effect: 'updated' }]);
      expect(await readRow('c')).toMatchObject({
        service_name: 'Support',
        campaign: null,
        revision: revision + 1,
      });
    });

    it('an older revision never overwrites a newer one', async () => {
      await deliver(delivery(recordOf('c', { fields: { service_name: 'New' } })));
      const before = await readRow('c');
      const older = delivery(recordOf('c', { fields: { service_name: 'Old' } }), { revision: revision - 1 });
      expect(await deliver(older)).toMatchObject([{ kind: 'delivered' }]);
      expect(await readRow('c')).toEqual(before);
    });

    it('the same revision is written again, because settings may have changed', async () => {
      await deliver(delivery(recordOf('c')));
      await deliver(delivery(recordOf('c', { fields: { service_name: 'Again' } })));
      expect(await readRow('c')).toMatchObject({ service_name: 'Again' });
    });

    it('revisions are compared row by row within one batch', async () => {
      await deliver(
        delivery(recordOf('a', { fields: { medium: 'a' } })),
        delivery(recordOf('b', { fields: { medium: 'b' } })),
      );
      await deliver(
        delivery(recordOf('a', { fields: { medium: 'older' } }), { revision: 1 }),
        delivery(recordOf('b', { fields: { medium: 'newer' } }), { revision: revision + 1 }),
        delivery(recordOf('c', { fields: { medium: 'first' } }), { revision: 1 }),
      );
      const media = await Promise.all(
        ['a', 'b', 'c'].map(async (callId) => (await readRow(callId))?.['medium']),
      );
      expect(media).toEqual(['a', 'newer', 'first']);
    });

    it('every text is cut to the length of its column, between two characters', async () => {
      const fields = Object.fromEntries(
        jetFields
          .filter(({ kind, name }) => kind === 'text' && name !== 'call_session_id')
          .map(({ name }) => [name, `${'é'.repeat(7)}${'😀'.repeat(20_000)}`]),
      );
      expect(await deliver(delivery(recordOf('long', { fields })))).toMatchObject([{ kind: 'delivered' }]);
      const row = await readRow('long');
      for (const column of reportingColumns as readonly ReportingColumn[]) {
        const value = row?.[column.name];
        if (column.type !== 'text' || typeof value !== 'string') continue;
        expect(value.length).toBeLessThanOrEqual(column.length ?? 0);
        expect(value.isWellFormed()).toBe(true);
      }
      expect(String(row?.['service_name']).startsWith('ééééééé😀😀')).toBe(true);
    });

    it.each([
      '😀👩‍👩‍👧',
      "Robert'); DROP TABLE jet_calls;--",
      '\\ " \' ? ?? :x $1 %s',
      '\u202e\u200b\u2028',
      '=1+1',
    ])('odd text lands unchanged: %j', async (text) => {
      await deliver(delivery(recordOf('odd', { fields: { service_name: text }, extra: { [text]: text } })));
      expect(await readRow('odd')).toMatchObject({
        service_name: text,
        extra: JSON.stringify({ [text]: text }),
      });
    });

    it('call ids that differ in case or accent stay apart', async () => {
      const callIds = ['abc', 'ABC', 'äbc'];
      await deliver(...callIds.map((id) => delivery(recordOf(id))));
      const [count] = await database.knex(reportingTable).count<{ rows: number | string }[]>({ rows: '*' });
      expect(Number(count?.rows)).toBe(callIds.length);
    });

    it('a missing column is named, with its remedy', async () => {
      await dropViews(database.knex);
      await database.knex.raw(
        `DROP INDEX jet_calls_click${engine.dialect === 'mysql' ? ' ON jet_calls' : ''}`,
      );
      await database.knex.raw(`ALTER TABLE ${reportingTable} DROP COLUMN gclid`);
      const missing = deliver(delivery(recordOf('c')));
      await expect(missing).rejects.toMatchObject({
        name: 'AdapterMisconfigured',
        message: `The table ${reportingTable} has no column gclid.`,
      });
      expect(await adapter.check(signal)).toMatchObject([
        { level: 'fault', message: `The table ${reportingTable} has no column gclid.` },
      ]);
    });

    it('a row that the database refuses is set aside, and the other rows land', async () => {
      await refuseService(database, 'forbidden');
      const outcomes = await deliver(
        ...['fine', 'forbidden', 'good'].map((name) =>
          delivery(recordOf(name, { fields: { service_name: name } })),
        ),
      );
      expect(outcomes).toMatchObject([
        { id: 'fine', kind: 'delivered' },
        { id: 'forbidden', kind: 'rejected', code: 'row_refused' },
        { id: 'good', kind: 'delivered' },
      ]);
      expect(await readRow('good')).toBeDefined();
      expect(JSON.stringify(outcomes)).not.toContain('jet-forbidden');
    });

    it('a full batch lands in one statement', async () => {
      const batch = Array.from({ length: sql.capabilities.batchSizeMax }, (_none, index) =>
        delivery(recordOf(`many-${index}`, { fields: allFields() })),
      );
      const outcomes = await deliver(...batch);
      expect(outcomes.filter(({ kind }) => kind === 'delivered')).toHaveLength(batch.length);
    });

    it('nothing lands from an empty batch', async () => {
      expect(await deliver()).toEqual([]);
    });

    it('calls wait while the table is missing, and land when it is back', async () => {
      await database.knex.schema.renameTable(reportingTable, 'elsewhere');
      await expect(deliver(delivery(recordOf('c')))).rejects.toBeInstanceOf(DestinationUnavailable);
      await database.knex.schema.renameTable('elsewhere', reportingTable);
      expect(await deliver(delivery(recordOf('c')))).toMatchObject([{ kind: 'delivered' }]);
    });

    it('check reports that its table is in order, and how many rows it holds', async () => {
      await deliver(delivery(recordOf('c')));
      expect(await adapter.check(signal)).toMatchObject([
        { level: 'ok', message: expect.stringContaining('1 row') as string },
      ]);
    });

    it('check reports a missing table and what to do, and creates none', async () => {
      await dropViews(database.knex);
      await database.knex.schema.dropTable(reportingTable);
      const [finding] = await adapter.check(signal);
      expect(finding).toMatchObject({
        level: 'fault',
        remedy: expect.stringContaining('REPORTING_DATABASE_URL') as string,
      });
      expect(await database.knex.schema.hasTable(reportingTable)).toBe(false);
    });

    it('the table can be prepared twice, and by two processes at once', async () => {
      const other = createAdapter(sql, { REPORTING_DATABASE_URL: fresh.url }, adapterSurroundings(clock));
      await Promise.all([adapter.prepare?.(signal), other.prepare?.(signal)]);
      await other.close();
    });

    it('a table that a newer version made stops the destination as misconfigured', async () => {
      await database.knex('jet_reporting_migrations').insert({ name: '9999-from-the-future', made_at: 1 });
      await expect(adapter.prepare?.(signal)).rejects.toBeInstanceOf(AdapterMisconfigured);
    });

    it('the adapter can be closed twice', async () => {
      await adapter.close();
      await adapter.close();
    });
  });
}

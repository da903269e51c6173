import type { DialectName } from '../../database/database.ts';
import { MigrationBlocked, type Migration } from '../../database/migration.ts';
import { columnType } from '../../database/schema/ask-schema.ts';
import { columnDefinition, commentOn } from '../comments.ts';
import { originalReferrerKey, referrerWords } from '../internal-referrer.ts';
import { reportingColumns } from '../reporting-columns.ts';
import { reportingTable, reportingTableMeaning, type ReportingColumn } from '../reporting-column.ts';

const columns: readonly ReportingColumn[] = reportingColumns.filter(({ since }) => since <= 4);

const booleanTypes: readonly string[] = ['integer', 'boolean', 'tinyint(1)'];

const list = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');
const isTrue = `lower(trim(internal_referrer)) IN (${list(referrerWords.true)})`;
const isFalse = `lower(trim(internal_referrer)) IN (${list(referrerWords.false)})`;
const isNeither = `internal_referrer IS NOT NULL AND NOT (${isTrue}) AND NOT (${isFalse})`;
const asBoolean = (yes: string, no: string): string =>
  `CASE WHEN ${isTrue} THEN ${yes} WHEN ${isFalse} THEN ${no} END`;
const key = originalReferrerKey;

/**
 * Makes `internal_referrer` a boolean and the JSON columns JSON, and writes the comments. A table of this version has
 * these types already.
 */
export const typedColumns: Migration = {
  name: '0004-typed-columns',
  async up(knex, database) {
    const type = await columnType(knex, database.dialect, reportingTable, 'internal_referrer');
    if (!booleanTypes.includes(type ?? '')) {
      try {
        for (const statement of changes[database.dialect]) await knex.raw(statement);
      } catch (error) {
        throw isUsedByView(error) ? blocked(error) : error;
      }
    }
    for (const statement of afterwards[database.dialect]) await knex.raw(statement);
    for (const { name, meaning } of columns)
      await commentOn(knex, database, 'COLUMN', `${reportingTable}.${name}`, meaning);
    await commentOn(knex, database, 'TABLE', reportingTable, reportingTableMeaning);
  },
};

const changes: Readonly<Record<DialectName, readonly string[]>> = {
  // SQLite cannot change a type, so a new column replaces the old one, after all others.
  sqlite: [
    `UPDATE ${reportingTable} SET attributes = json_quote(attributes) WHERE NOT json_valid(attributes)`,
    `UPDATE ${reportingTable} SET extra = json_set(coalesce(extra, '{}'), '$.${key}', internal_referrer) WHERE ${isNeither}`,
    `ALTER TABLE ${reportingTable} ADD COLUMN new_internal_referrer INTEGER`,
    `UPDATE ${reportingTable} SET new_internal_referrer = ${asBoolean('1', '0')} WHERE internal_referrer IS NOT NULL`,
    `ALTER TABLE ${reportingTable} DROP COLUMN internal_referrer`,
    `ALTER TABLE ${reportingTable} RENAME COLUMN new_internal_referrer TO internal_referrer`,
  ],
  postgres: [
    // A text that PostgreSQL does not take as JSON becomes a JSON string.
    `CREATE OR REPLACE FUNCTION jet_as_json(given text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
      BEGIN RETURN given::jsonb; EXCEPTION WHEN OTHERS THEN RETURN to_jsonb(given); END $$`,
    `ALTER TABLE ${reportingTable} ` +
      `ALTER COLUMN extra TYPE jsonb USING CASE WHEN ${isNeither} ` +
      `THEN coalesce(jet_as_json(extra), '{}') || jsonb_build_object('${key}', internal_referrer) ELSE jet_as_json(extra) END, ` +
      'ALTER COLUMN attributes TYPE jsonb USING jet_as_json(attributes), ' +
      `ALTER COLUMN internal_referrer TYPE boolean USING ${asBoolean('true', 'false')}`,
    'DROP FUNCTION jet_as_json(text)',
  ],
  // Each statement can run again after an interruption.
  mysql: [
    `UPDATE ${reportingTable} SET attributes = JSON_QUOTE(attributes) WHERE attributes IS NOT NULL AND NOT JSON_VALID(attributes)`,
    `UPDATE ${reportingTable} SET extra = JSON_QUOTE(extra) WHERE extra IS NOT NULL AND NOT JSON_VALID(extra)`,
    `UPDATE ${reportingTable} SET extra = JSON_SET(COALESCE(extra, '{}'), '$.${key}', internal_referrer) WHERE ${isNeither}`,
    `UPDATE ${reportingTable} SET internal_referrer = ${asBoolean("'1'", "'0'")} WHERE internal_referrer IS NOT NULL`,
  ],
};

const afterwards: Readonly<Record<DialectName, readonly string[]>> = {
  sqlite: [],
  postgres: [],
  mysql: [
    `ALTER TABLE ${reportingTable} ${columns
      .map((column) => `MODIFY COLUMN ${column.name} ${columnDefinition(column, 'mysql')}`)
      .join(', ')}`,
  ],
};

/** PostgreSQL and SQLite refuse to change a column that a view uses. */
function isUsedByView(error: unknown): boolean {
  const { code, message = '' } = error as { code?: unknown; message?: string };
  return code === '0A000' || /error in view/.test(message);
}

function blocked(cause: unknown): MigrationBlocked {
  return new MigrationBlocked(
    `A view uses a column of ${reportingTable} whose type must change: internal_referrer, attributes or extra.`,
    'Drop the views that use it (DROP VIEW), wait until calls land again, and make the views again.',
    { cause },
  );
}

import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import { dialects } from '../../database/dialect.ts';
import type { ColumnKind, ColumnShape, TableShape } from './table-shape.ts';

/** A value in a form that all databases share. Numbers and booleans are digits. */
export type NormalValue = string | Buffer | null;

/** The columns to select. Times are selected as text, so that every driver returns the same. */
export function selectColumns({ knex, dialect }: Database, { columns }: TableShape): Knex.Raw[] {
  return columns.map(({ name, kind }) => {
    if (kind === 'text' || kind === 'integer' || kind === 'boolean' || kind === 'bytes')
      return knex.raw('??', [name]);
    return knex.raw(`${dialects[dialect].asText[kind](name)} AS ??`, [name]);
  });
}

/** The values that the drivers return for the kit's columns. */
export type DriverValue = string | number | boolean | Buffer | null | undefined;

/** @param row a row that a driver returned for {@link selectColumns} */
export function normalRow(
  { columns }: TableShape,
  row: Readonly<Record<string, DriverValue>>,
): readonly NormalValue[] {
  return columns.map(({ name, kind }) => normalValue(kind, row[name]));
}

function normalValue(kind: ColumnKind, value: DriverValue): NormalValue {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value;
  if (kind === 'bytes') return Buffer.from(String(value));
  if (kind === 'boolean') return value === true || Number(value) === 1 ? '1' : '0';
  // Numbers, or texts of digits when a driver returns large numbers as text.
  if (kind === 'integer') return String(value);
  return storable(String(value));
}

/** Makes text that every database accepts: well-formed and without U+0000. The store writes no other text. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** A value in the form that a database accepts. */
export function boundValue({ dialect }: Database, { kind }: ColumnShape, value: NormalValue): unknown {
  if (value === null) return null;
  if (kind === 'boolean') return value === '1';
  if (kind === 'integer') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return kind === 'instant' ? `${value as string}${dialects[dialect].utcSuffix}` : value;
}

export interface TableDigest {
  readonly rows: number;
  /** 16 hexadecimal characters. The same rows give the same checksum on every database, in any order. */
  readonly checksum: string;
}

export interface Digest {
  readonly add: (row: readonly NormalValue[]) => void;
  readonly read: () => TableDigest;
}

const wrap = (1n << 128n) - 1n;

/** Adds up the hashes of rows, so that the order of the rows does not matter. */
export function createDigest({ columns }: Pick<TableShape, 'columns'>): Digest {
  const isJson = columns.map(({ kind }) => kind === 'json');
  let rows = 0;
  let sum = 0n;
  return {
    add(row) {
      const hash = createHash('sha256');
      for (const [index, value] of row.entries()) {
        const text = isJson[index] === true && typeof value === 'string' ? sortedJson(value) : value;
        const bytes = typeof text === 'string' ? Buffer.from(text) : text;
        hash.update(bytes === null ? 'n,' : `${bytes.length},`);
        if (bytes !== null) hash.update(bytes);
      }
      const digest = hash.digest();
      rows += 1;
      sum = (sum + ((digest.readBigUInt64BE(0) << 64n) | digest.readBigUInt64BE(8))) & wrap;
    },
    read: () => ({ rows, checksum: sum.toString(16).padStart(32, '0').slice(0, 16) }),
  };
}

/** A JSON text with sorted keys and without spaces. PostgreSQL and MySQL do not keep the order of keys. */
function sortedJson(text: string): string {
  return JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

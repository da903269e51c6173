import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import { dialects } from '../../database/dialect.ts';
import type { ColumnKind, ColumnShape, TableShape } from './table-shape.ts';

/** A value in the form that all databases share: a number and a boolean as their digits. */
export type NormalValue = string | Buffer | null;

/** What to select so that every driver answers the same: times as text. */
export function selectColumns({ knex, dialect }: Database, { columns }: TableShape): Knex.Raw[] {
  return columns.map(({ name, kind }) => {
    if (kind !== 'instant' && kind !== 'local' && kind !== 'date') return knex.raw('??', [name]);
    return knex.raw(`${dialects[dialect].timeAsText[kind](name)} AS ??`, [name]);
  });
}

/** What the drivers answer for the kit's columns. */
export type DriverValue = string | number | boolean | Buffer | null | undefined;

/** @param row as a driver answers {@link selectColumns} */
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
  // Numbers, and texts of digits where a driver keeps large numbers exact.
  if (kind === 'integer') return String(value);
  return storable(String(value));
}

/** Text as every database takes it: the store writes none that is not well-formed or holds U+0000. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** A value as a database takes it. */
export function boundValue({ dialect }: Database, { kind }: ColumnShape, value: NormalValue): unknown {
  if (value === null) return null;
  if (kind === 'boolean') return value === '1';
  if (kind === 'integer') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return kind === 'instant' ? `${value as string}${dialects[dialect].utcSuffix}` : value;
}

export interface TableDigest {
  readonly rows: number;
  /** 16 hexadecimal characters; the same rows have the same one on every database, in any order. */
  readonly checksum: string;
}

export interface Digest {
  readonly add: (row: readonly NormalValue[]) => void;
  readonly read: () => TableDigest;
}

const wrap = (1n << 128n) - 1n;

/** Sums up the hashes of rows, so that the order in which a database answers them makes no difference. */
export function createDigest(): Digest {
  let rows = 0;
  let sum = 0n;
  return {
    add(row) {
      const hash = createHash('sha256');
      for (const value of row) {
        const bytes = typeof value === 'string' ? Buffer.from(value) : value;
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

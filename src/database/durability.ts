import type { Database } from './database.ts';
import { dialects } from './dialect.ts';

/** A server setting that can lose a push that was answered 2xx. */
export interface DurabilityFault {
  readonly message: string;
  readonly remedy: string;
}

/**
 * Checks whether the server keeps committed data after a power failure. Undefined when it does, and when the server cannot
 * be asked, as with another make of server.
 */
export async function findDurabilityFault({ knex, dialect }: Database): Promise<DurabilityFault | undefined> {
  const setting = dialects[dialect].durability;
  if (setting === undefined) return undefined;
  const row = await knex
    .first<{ value: string | number }>(knex.raw(`${setting.value} AS value`))
    .catch(() => undefined);
  const value = String(row?.value);
  if (row === undefined || setting.keepsCommits(value)) return undefined;
  return {
    message: `The database server can lose stored pushes in a power failure: ${setting.name} is ${value}.`,
    remedy: setting.remedy,
  };
}

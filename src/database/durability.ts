import type { Database } from './database.ts';
import { dialects } from './dialect.ts';

/** A setting of the server by which a push may be lost that was answered 2xx. */
export interface DurabilityFault {
  readonly message: string;
  readonly remedy: string;
}

/**
 * Looks whether the server keeps what it has committed when the power goes. Undefined: it does, as far as it says; a
 * server of another make may refuse the question.
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
    message: `The database server may lose stored pushes when the power goes (${setting.name} is ${value}).`,
    remedy: setting.remedy,
  };
}

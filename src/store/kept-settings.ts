import type { Knex } from 'knex';
import type { Store } from './store.ts';

/** Facts that the store keeps about itself. */
export type KeptSetting =
  | 'calls_to_list'
  | 'console_password_hash'
  | 'first_started_at'
  | 'housekeeping_turn'
  | 'removal_mark'
  | 'secret_key_mark';

export async function readKeptSetting(
  store: Pick<Store, 'reader'>,
  name: KeptSetting,
): Promise<string | undefined> {
  const row = await store.reader
    .knex('settings')
    .where({ name })
    .first<{ value: string } | undefined>('value');
  return row?.value;
}

export async function keepSetting(
  store: Store,
  name: KeptSetting,
  value: string,
  within: Knex = store.writer.knex,
): Promise<void> {
  const rows = [[name, value]];
  await store.writer.upsert(within, { table: 'settings', columns: ['name', 'value'], key: ['name'], rows });
}

/**
 * Stores a setting only if it has no value yet.
 *
 * @param within a transaction of the writer
 * @returns false when there was a value already; that value stays
 */
export async function keepSettingOnce(
  store: Store,
  name: KeptSetting,
  value: string,
  within: Knex,
): Promise<boolean> {
  await store.writer.upsert(within, {
    table: 'settings',
    columns: ['name', 'value'],
    key: ['name'],
    rows: [[name, value]],
    assign: { value: ({ stored }) => stored('value') },
  });
  const row = await within('settings').where({ name }).first<{ value: string }>('value');
  return row.value === value;
}

import { keepSettingOnce, readKeptSetting } from '../kept-settings.ts';
import type { Store } from '../store.ts';
import { inTransaction } from '../../database/transaction.ts';

const name = 'housekeeping_turn';

// The most that the clocks of two processes may be apart.
const clocksApartMs = 600_000;

/**
 * Takes or renews the turn at housekeeping, which one process has at a time. It only saves the others the work:
 * each step is safe beside another process's.
 *
 * @param durationMs how long nobody else may have it; a process that dies gives it back by that
 * @returns false while another process has it
 */
export async function takeTurn(
  store: Store,
  holder: string,
  durationMs: number,
  nowMs: number,
): Promise<boolean> {
  const kept = (await readKeptSetting(store, name)) ?? (await makeTurn(store));
  const [until = '', by = ''] = kept.split(' ');
  const isFree = Number(until) <= nowMs || Number(until) > nowMs + durationMs + clocksApartMs;
  if (by !== holder && !isFree) return false;
  return swap(store, kept, `${nowMs + durationMs} ${holder}`);
}

/** Gives the turn back, where it is still ours. */
export async function endTurn(store: Store, holder: string): Promise<void> {
  const kept = (await readKeptSetting(store, name)) ?? '';
  if (kept.endsWith(` ${holder}`)) await swap(store, kept, '0 nobody');
}

async function makeTurn(store: Store): Promise<string> {
  const free = '0 nobody';
  await inTransaction(store.writer, (transaction) => keepSettingOnce(store, name, free, transaction));
  return free;
}

async function swap(store: Store, from: string, to: string): Promise<boolean> {
  return (await store.writer.knex('settings').where({ name, value: from }).update({ value: to })) === 1;
}

import { keepSettingOnce, readKeptSetting } from '../kept-settings.ts';
import type { Store } from '../store.ts';
import { inTransaction } from '../../database/transaction.ts';

const name = 'housekeeping_turn';

// The largest expected difference between the clocks of two processes.
const clocksApartMs = 600_000;

/**
 * Takes or renews the turn at housekeeping. Only one process has the turn, so that the others need not repeat the work.
 * The work itself is safe in several processes at once.
 *
 * @param durationMs how long other processes must wait; a process that dies loses its turn after this time
 * @returns false while another process has the turn
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

/** Releases the turn if this process still has it. */
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

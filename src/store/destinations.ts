import type { Store } from './store.ts';
import { inTransaction } from '../database/transaction.ts';

/** The right to deliver at one destination. */
export interface Lease {
  /** Grows with each take-over. A settlement under an older number changes nothing. */
  readonly fence: number;
  /** The previous holder did not release the lease: its current delivery may have ended its process. */
  readonly abandoned: boolean;
  /** The delivery that the previous holder attempted alone. */
  readonly suspect: Suspect | undefined;
}

/** A delivery that is attempted alone, so that a crash of the process can be attributed to it. */
export interface Suspect {
  readonly callId: string;
  /** How many processes ended during an attempt of this delivery alone, including the present one. */
  readonly ends: number;
}

/** The state of a destination as a whole. */
export interface DestinationState {
  readonly name: string;
  readonly holder: string | null;
  readonly leaseUntilMs: number;
  readonly pausedUntilMs: number;
  /** How many pauses there were in a row. */
  readonly pauses: number;
  readonly pauseReason: string | null;
  readonly pauseRemedy: string | null;
}

/** Makes missing rows for the enabled destinations. */
export async function registerDestinations(store: Store, names: readonly string[]): Promise<void> {
  // In a transaction, because a conflict with another node of a cluster is then tried again.
  await inTransaction(store.writer, (transaction) =>
    store.writer.upsert(transaction, {
      table: 'destinations',
      columns: ['name', 'fence'],
      key: ['name'],
      assign: { fence: ({ stored }) => stored('fence') },
      rows: names.map((name) => [name, 0]),
    }),
  );
}

// The largest expected difference between the clocks of two processes.
const clocksApartMs = 600_000;

/**
 * Takes or renews the lease on a destination.
 *
 * @param held the lease to renew; undefined takes the destination if no other process holds it
 * @param hasEnded true when a holder's process has certainly ended, so its lease need not expire first
 * @returns the lease, or undefined when another process holds the destination
 */
export async function takeLease(
  store: Store,
  name: string,
  holder: string,
  held: Lease | undefined,
  durationMs: number,
  nowMs: number,
  hasEnded: (holder: string) => boolean = () => false,
): Promise<Lease | undefined> {
  const { knex } = store.writer;
  const until = nowMs + durationMs;
  if (held !== undefined) {
    const renewed = await knex('destinations')
      .where({ name, holder, fence: held.fence })
      .update({ lease_until: until });
    return renewed === 1 ? held : undefined;
  }
  return inTransaction(store.writer, async (transaction) => {
    const row = await transaction('destinations').where({ name }).forUpdate().first<DestinationRow>('*');
    const free =
      row.holder === null ||
      row.lease_until <= nowMs ||
      // No lease lasts this long. It was taken before the clock was set back.
      row.lease_until > nowMs + durationMs + clocksApartMs ||
      hasEnded(row.holder);
    if (!free) return undefined;
    const fence = row.fence + 1;
    await transaction('destinations').where({ name }).update({ holder, lease_until: until, fence });
    return {
      fence,
      abandoned: row.holder !== null && row.holder !== holder,
      suspect:
        row.suspect_call_id === null ? undefined : { callId: row.suspect_call_id, ends: row.suspect_ends },
    };
  });
}

/**
 * Notes that one delivery is attempted alone. If the process ends now, the next holder knows the likely cause. A
 * settlement or a pause removes the note.
 *
 * @returns false when the lease was lost; then nothing was written
 */
export async function noteSuspect(
  store: Store,
  name: string,
  lease: Lease,
  { callId, ends }: Suspect,
): Promise<boolean> {
  const noted = await store.writer
    .knex('destinations')
    .where({ name, fence: lease.fence })
    .update({ suspect_call_id: callId, suspect_ends: ends });
  return noted === 1;
}

/** Releases a lease, so that another process need not wait until it expires. */
export async function releaseLease(store: Store, name: string, lease: Lease): Promise<void> {
  await store.writer
    .knex('destinations')
    .where({ name, fence: lease.fence })
    .update({ holder: null, lease_until: 0, suspect_call_id: null });
}

/** Pauses a destination, or ends its pause when given `undefined`. */
export async function writePause(
  store: Store,
  name: string,
  lease: Lease,
  pause: { untilMs: number; pauses: number; reason: string; remedy: string | undefined } | undefined,
): Promise<void> {
  await store.writer
    .knex('destinations')
    .where({ name, fence: lease.fence })
    .update({
      paused_until: pause?.untilMs ?? 0,
      pauses: pause?.pauses ?? 0,
      pause_reason: pause?.reason ?? null,
      pause_remedy: pause?.remedy ?? null,
      suspect_call_id: null,
    });
}

interface DestinationRow {
  name: string;
  holder: string | null;
  fence: number;
  lease_until: number;
  paused_until: number;
  pauses: number;
  pause_reason: string | null;
  pause_remedy: string | null;
  suspect_call_id: string | null;
  suspect_ends: number;
}

export async function readDestinations(store: Store): Promise<DestinationState[]> {
  const rows = await store.reader.knex('destinations').select<DestinationRow[]>('*');
  return rows.map((row) => ({
    name: row.name,
    holder: row.holder,
    leaseUntilMs: row.lease_until,
    pausedUntilMs: row.paused_until,
    pauses: row.pauses,
    pauseReason: row.pause_reason,
    pauseRemedy: row.pause_remedy,
  }));
}

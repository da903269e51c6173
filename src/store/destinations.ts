import type { Store } from './store.ts';
import { inTransaction } from '../database/transaction.ts';

/** The right to deliver at one destination. */
export interface Lease {
  /** Grows with each take-over; a settle under an older one changes nothing. */
  readonly fence: number;
  /** The process that held it before did not let go: it may have ended because of what it had in hand. */
  readonly abandoned: boolean;
  /** What that process had in hand alone. */
  readonly suspect: Suspect | undefined;
}

/** A delivery that is in hand by itself, so that the end of the process can be laid to it. */
export interface Suspect {
  readonly callId: string;
  /** How many processes ended with it alone in hand, the present one counted. */
  readonly ends: number;
}

/** What is known of a destination as a whole. */
export interface DestinationState {
  readonly name: string;
  readonly holder: string | null;
  readonly leaseUntilMs: number;
  readonly pausedUntilMs: number;
  /** How many pauses came one after the other. */
  readonly pauses: number;
  readonly pauseReason: string | null;
  readonly pauseRemedy: string | null;
}

/** Makes the rows of the enabled destinations where they are missing. */
export async function registerDestinations(store: Store, names: readonly string[]): Promise<void> {
  await store.writer.upsert(store.writer.knex, {
    table: 'destinations',
    columns: ['name', 'fence'],
    key: ['name'],
    assign: { fence: ({ stored }) => stored('fence') },
    rows: names.map((name) => [name, 0]),
  });
}

// The most that the clocks of two processes may be apart.
const clocksApartMs = 600_000;

/**
 * Takes or renews the lease on a destination.
 *
 * @param held the lease to renew; undefined takes the destination when no other process holds it
 * @param hasEnded whether a holder's process has ended for certain: its lease is not waited for
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
      // No lease is that long: it was taken under a clock that has been set back since.
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
 * Notes that one delivery is in hand alone. Should the process end now, the next holder knows of what. A settle or
 * a pause takes the note back.
 *
 * @returns false when the fence is gone: nothing was written
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

/** Gives a lease back, so that another process need not wait for it to end. */
export async function releaseLease(store: Store, name: string, lease: Lease): Promise<void> {
  await store.writer
    .knex('destinations')
    .where({ name, fence: lease.fence })
    .update({ holder: null, lease_until: 0, suspect_call_id: null });
}

/** Pauses a destination, or with `undefined` ends its pause. */
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

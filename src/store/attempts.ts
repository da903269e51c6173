import type { Knex } from 'knex';
import type { Store } from './store.ts';

/** The outcome of one attempt. `held` means that a rule of the adapter delayed it. */
export type AttemptOutcome = 'delivered' | 'skipped' | 'retry' | 'held' | 'rejected' | 'exhausted';

/** Which process made the attempts of a batch, and how long the batch took. */
export interface AttemptOrigin {
  readonly process: string;
  readonly tookMs: number;
}

/** One recorded attempt of a delivery. */
export interface Attempt extends AttemptOrigin {
  readonly destination: string;
  /** Counts the recorded attempts of the delivery, from 1. */
  readonly nth: number;
  readonly triedAtMs: number;
  readonly revision: number;
  readonly outcome: AttemptOutcome;
  readonly code: string | null;
  readonly reason: string | null;
  readonly remedy: string | null;
}

/** An attempt to record. Without `noted` it is not recorded. */
export interface SettledAttempt {
  readonly callId: string;
  readonly revision: number;
  readonly noted?: AttemptOutcome | undefined;
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly remedy: string | undefined;
}

/** How many attempts of a delivery are kept. The oldest attempts are removed. */
export const attemptsMax = 20;

/**
 * Records attempts, except a success at the first attempt. The newest attempts replace the oldest.
 *
 * @param transaction the transaction that settles the deliveries and has locked their rows
 */
export async function noteAttempts(
  { writer }: Store,
  transaction: Knex.Transaction,
  destination: string,
  settlements: readonly SettledAttempt[],
  nowMs: number,
  { tookMs, process }: AttemptOrigin,
): Promise<void> {
  const noted = settlements.filter((settlement) => settlement.noted !== undefined);
  if (noted.length === 0) return;
  const known = await transaction('attempts')
    .where({ destination })
    .whereIn(
      'call_id',
      noted.map(({ callId }) => callId),
    )
    .groupBy('call_id')
    .select<{ call_id: string; nth: number }[]>('call_id', transaction.raw('max(nth) as nth'));
  const last = new Map(known.map(({ call_id, nth }) => [call_id, nth]));
  await writer.upsert(transaction, {
    table: 'attempts',
    key: ['call_id', 'destination', 'slot'],
    columns: [
      ...['call_id', 'destination', 'slot', 'nth', 'tried_at', 'revision', 'outcome'],
      ...['code', 'reason', 'remedy', 'took_ms', 'process'],
    ],
    rows: noted.map(({ callId, revision, noted: outcome, code, reason, remedy }) => {
      const nth = (last.get(callId) ?? 0) + 1;
      return [
        ...[callId, destination, nth % attemptsMax, nth, nowMs, revision, outcome],
        ...[code ?? null, reason ?? null, remedy ?? null, tookMs, process],
      ];
    }),
  });
}

interface AttemptRow {
  destination: string;
  nth: number;
  tried_at: number;
  revision: number;
  outcome: AttemptOutcome;
  code: string | null;
  reason: string | null;
  remedy: string | null;
  took_ms: number;
  process: string;
}

/** The recorded attempts of a call's deliveries, by destination, the oldest first. */
export async function readAttempts({ reader }: Pick<Store, 'reader'>, callId: string): Promise<Attempt[]> {
  const rows = await reader
    .knex('attempts')
    .where({ call_id: callId })
    .orderBy(['destination', 'nth'])
    .select<AttemptRow[]>('*');
  return rows.map((row) => ({
    destination: row.destination,
    nth: row.nth,
    triedAtMs: row.tried_at,
    revision: row.revision,
    outcome: row.outcome,
    code: row.code,
    reason: row.reason,
    remedy: row.remedy,
    tookMs: row.took_ms,
    process: row.process,
  }));
}

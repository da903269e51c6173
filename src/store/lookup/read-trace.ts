import type { CallRecord } from '../../domain/fold.ts';
import type { JsonValue } from '../../domain/jet-fields.ts';
import type { Push, PushWarning } from '../../domain/push.ts';
import type { Stage } from '../../domain/stage.ts';
import type { DeliveryState } from '../deliveries.ts';
import { pushOf, type PushRow } from '../read-pushes.ts';
import type { Store } from '../store.ts';

/** A push as it came. */
export interface TracedPush extends Push {
  readonly warnings: readonly PushWarning[];
  readonly pathStage: Stage | undefined;
  /**
   * The id of the OAuth client, or `fixed header`. Undefined for a push of an earlier version or from the quarantine.
   */
  readonly sender: string | undefined;
  readonly body: string;
}

/** A delivery with everything that the store knows about it. */
export interface TracedDelivery {
  readonly destination: string;
  readonly state: DeliveryState;
  readonly revision: number;
  readonly landedRevision: number | undefined;
  readonly dueAtMs: number | undefined;
  readonly attempts: number;
  readonly attemptedAtMs: number | undefined;
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly remedy: string | undefined;
  readonly remoteId: string | undefined;
  /** The adapter's record of the last landing. */
  readonly trace: JsonValue | undefined;
}

/** Everything that the store knows about one call. */
export interface CallTrace {
  readonly call: CallRecord;
  readonly revision: number;
  /** In the order of receipt. */
  readonly pushes: readonly TracedPush[];
  readonly deliveries: readonly TracedDelivery[];
  /** The names of the OAuth clients that sent the pushes, by id. */
  readonly clientNames: ReadonlyMap<string, string>;
}

/** Reads the trace of a call. Undefined when there is no call with this id. */
export async function readTrace(store: Store, callId: string): Promise<CallTrace | undefined> {
  const { knex } = store.reader;
  const row = await knex('calls')
    .where({ id: callId })
    .first<{ revision: number; record: string } | undefined>('revision', 'record');
  if (row === undefined) return undefined;
  const pushes = await readTracedPushes(store, callId);
  const senders = [...new Set(pushes.flatMap(({ sender }) => sender ?? []))];
  const clients = await knex('oauth_clients')
    .whereIn('id', senders)
    .select<{ id: string; name: string }[]>('id', 'name');
  return {
    call: JSON.parse(row.record) as CallRecord,
    revision: row.revision,
    pushes,
    deliveries: await readTracedDeliveries(store, callId),
    clientNames: new Map(clients.map(({ id, name }) => [id, name])),
  };
}

interface TracedPushRow extends PushRow {
  path_stage: Stage | null;
  sender: string | null;
  body: Uint8Array;
}

async function readTracedPushes(store: Store, callId: string): Promise<TracedPush[]> {
  const rows = await store.reader.knex('pushes').where({ call_id: callId }).select<TracedPushRow[]>('*');
  return rows
    .map((row) => {
      const { warnings = [] } = JSON.parse(row.parsed) as Partial<TracedPush>;
      return {
        ...pushOf(row),
        warnings,
        pathStage: row.path_stage ?? undefined,
        sender: row.sender ?? undefined,
        body: Buffer.from(row.body).toString(),
      };
    })
    .sort((a, b) => a.receivedAtMs - b.receivedAtMs || (a.id < b.id ? -1 : 1));
}

interface DeliveryRow {
  destination: string;
  state: DeliveryState;
  revision: number;
  delivered_revision: number | null;
  due_at: number | null;
  attempts: number;
  attempted_at: number | null;
  code: string | null;
  reason: string | null;
  remedy: string | null;
  remote_id: string | null;
  trace: string | null;
}

async function readTracedDeliveries(store: Store, callId: string): Promise<TracedDelivery[]> {
  const { knex } = store.reader;
  const names = await knex('destinations').orderBy('name').pluck<string[]>('name');
  const rows = await knex('deliveries')
    .where({ call_id: callId })
    .whereIn('destination', names)
    .select<DeliveryRow[]>('*');
  return rows
    .map((row) => ({
      destination: row.destination,
      state: row.state,
      revision: row.revision,
      landedRevision: row.delivered_revision ?? undefined,
      dueAtMs: row.due_at ?? undefined,
      attempts: row.attempts,
      attemptedAtMs: row.attempted_at ?? undefined,
      code: row.code ?? undefined,
      reason: row.reason ?? undefined,
      remedy: row.remedy ?? undefined,
      remoteId: row.remote_id ?? undefined,
      trace: row.trace === null ? undefined : (JSON.parse(row.trace) as JsonValue),
    }))
    .sort((a, b) => (a.destination < b.destination ? -1 : 1));
}

/** Who sent a push, for people. */
export function senderName({ sender }: TracedPush, { clientNames }: Pick<CallTrace, 'clientNames'>): string {
  if (sender === undefined) return 'sender not recorded';
  if (sender === 'fixed header') return 'by the fixed header';
  const name = clientNames.get(sender);
  return name === undefined ? `client ${sender}` : `client ${name} (${sender})`;
}

import { sql } from '../../adapters/sql/index.ts';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { foldCall, type CallRecord } from '../../src/domain/fold.ts';
import { dueDeliveries, type RevisedCall } from '../../src/store/deliveries.ts';
import { openStore } from '../../src/store/store.ts';
import { pushOf } from '../fixtures/pushes.ts';
import { createPushSources } from './push-source.ts';

const callsInStep = 2_000;
const samplesMax = 640;

/** Fills a new store with calls of the usual mix and size. All are due at the sql adapter. */
export async function loadBacklog(storeUrl: string, count: number): Promise<void> {
  const nowMs = Date.now();
  const samples = sampleCalls(nowMs);
  const destination = { name: sql.name, stages: sql.capabilities.stages, settleAfterMs: 0 };
  const store = await openStore(storeUrl, storeMigrations);
  try {
    for (let from = 0; from < count; from += callsInStep) {
      const revised = Array.from({ length: Math.min(callsInStep, count - from) }, (_, index): RevisedCall => {
        const number = from + index;
        return { call: copyOf(samples[number % samples.length] as CallRecord, number), revision: nowMs };
      });
      await store.writer.knex.transaction(async (transaction) => {
        await store.writer.upsert(transaction, {
          table: 'calls',
          columns: ['id', 'stage', 'revision', 'record', 'first_received_at', 'last_received_at'],
          key: ['id'],
          long: ['record'],
          rows: revised.map(({ call, revision }) => [
            call.id,
            call.stage,
            revision,
            JSON.stringify(call),
            call.firstReceivedAtMs,
            call.lastReceivedAtMs,
          ]),
        });
        await store.writer.upsert(transaction, dueDeliveries(revised, [destination], nowMs));
      });
    }
  } finally {
    await store.close();
  }
}

/** Whole calls, read and folded from the pushes that the other parts send. */
function sampleCalls(nowMs: number): CallRecord[] {
  const source = createPushSources(() => '\r\n\r\n').create();
  const pushes = new Map<string, ReturnType<typeof pushOf>[]>();
  while (pushes.size <= samplesMax) {
    const push = pushOf(source.next().toString('utf8', 4), nowMs);
    pushes.set(push.callId, [...(pushes.get(push.callId) ?? []), push]);
  }
  // The last call may be incomplete.
  return [...pushes.values()].slice(0, samplesMax).map(foldCall);
}

/** A copy of a call with its own id and number. The bijection spreads ids over the index, as real ids are. */
function copyOf(call: CallRecord, number: number): CallRecord {
  const id = `${(Math.imul(number, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}${call.id.slice(8)}`;
  const phone = `614${10_000_000 + (number % 40_000) * 97}`;
  const fields =
    call.direction === 'inbound'
      ? { ...call.fields, call_session_id: id, origin_number: phone }
      : { ...call.fields, called_number: `+${phone}` };
  return { ...call, id, fields };
}

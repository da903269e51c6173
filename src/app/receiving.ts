import { writeInTurns } from '../database/write-turns.ts';
import type { Destination } from '../store/deliveries.ts';
import { createInbox } from '../store/inbox.ts';
import { createBodyInbox, type BodyInbox } from '../store-thread/body-inbox.ts';
import { startStoreThread } from '../store-thread/store-thread.ts';
import { intakeSettings, phoneSettings } from './intake-settings.ts';
import { storeAnswersWithinMs, type ReceivingKit } from './kit.ts';

/** The part of a receiver that reads bodies and stores their calls. */
export interface Receiving {
  readonly inbox: BodyInbox;
  /** Ends the use of the store. No body may be on its way. */
  close(): Promise<void>;
}

/**
 * Starts to receive, in a thread of its own or in the present one.
 *
 * @throws the database's error when the thread cannot open the store
 */
export async function startReceiving(
  kit: ReceivingKit,
  destinations: readonly Destination[],
  onStored: () => void,
  hasThread: boolean,
): Promise<Receiving> {
  const { store, gate, core, secretKeys, metrics, log, clock } = kit;
  const quarantineBytesMax = core.QUARANTINE_MB * 1024 * 1024;
  const onCommit = (size: number, durationMs: number): void => metrics.committed(size, durationMs);
  const inbox = createInbox({
    ...{ store, gate, destinations, secretKeys, quarantineBytesMax, clock, log, onCommit, onStored },
  });
  if (!hasThread)
    return { inbox: createBodyInbox(inbox, intakeSettings(core)), close: () => Promise.resolve() };
  const thread = await startStoreThread({
    settings: {
      databaseUrl: core.DATABASE_URL,
      intake: {
        timeFormat: core.JET_TIME_FORMAT,
        statusMap: core.JET_STATUS_MAP,
        numbers: phoneSettings(core),
      },
      ...{ destinations, secretKeys, quarantineBytesMax, answersWithinMs: storeAnswersWithinMs },
    },
    ...{ gate, clock, log, onCommit, onStored },
    onDeath(error) {
      log.error(
        { error },
        'The store thread ended by itself, so the process ends. No body on its way was answered',
      );
      process.exit(1);
    },
  });
  // With row locks, both threads can write at once.
  if (!store.writer.traits.rowLocks) writeInTurns(store.writer.knex, thread.askTurn);
  return {
    inbox: { take: thread.take, refuse: (raw, refusal) => inbox.refuse(raw, refusal) },
    close: () => thread.close(),
  };
}

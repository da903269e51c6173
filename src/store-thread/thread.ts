// The store thread. It gets bodies from the main thread, reads them, and stores their calls.
// Why: docs/decisions/store-thread.md
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { openDatabase } from '../database/open-database.ts';
import { holdConnection, type EndTurn } from '../database/write-turns.ts';
import type { Log } from '../domain/log.ts';
import { TookTooLong, within } from '../domain/within.ts';
import { createNumberKey } from '../intake/number-key.ts';
import { createInbox } from '../store/inbox.ts';
import { createBodyInbox } from './body-inbox.ts';
import type { FromThread, ThreadSettings, ToThread } from './protocol.ts';
import { toSentError } from './sent-error.ts';

// After this time no body waits any more, and the main thread sends new ones only when the store answers.
const refusesForMs = 100;

const main = parentPort as MessagePort;
const { databaseUrl, intake, destinations, secretKeys, quarantineBytesMax, answersWithinMs } =
  workerData as ThreadSettings;
/** The messages of one turn of the event loop. They are sent together, so that a group of pushes wakes the main thread once. */
let outbox: FromThread[] = [];
const send = (message: FromThread): void => {
  if (outbox.length === 0) process.nextTick(sendOutbox);
  outbox.push(message);
};
function sendOutbox(): void {
  const messages = outbox;
  outbox = [];
  main.postMessage(messages);
}

const database = openDatabase(databaseUrl);
let nowMs = 0;

const logAt =
  (level: 'error' | 'warn' | 'info') =>
  (fields: object, message: string): void => {
    const { error, ...rest } = fields as { error?: unknown };
    send({
      ...{ kind: 'log', level, message },
      fields: error === undefined ? rest : { ...rest, error: toSentError(error) },
    });
  };
const log: Log = { error: logAt('error'), warn: logAt('warn'), info: logAt('info'), debug: () => undefined };

let silentAtMs = -Infinity;

/** Ends the wait for a silent store. The work that waited behind it is refused at once. */
async function runInTime<Result>(work: () => Promise<Result>): Promise<Result> {
  if (performance.now() - silentAtMs < refusesForMs)
    throw new TookTooLong('The store did not answer in time');
  try {
    return await within(answersWithinMs, work());
  } catch (error) {
    if (error instanceof TookTooLong) silentAtMs = performance.now();
    throw error;
  } finally {
    send({ kind: 'worked' });
  }
}

const inbox = createBodyInbox(
  createInbox({
    store: { writer: database, reader: database, close: () => database.close() },
    // The main thread has the whole gate: it hears of errors here, and checks the file before it answers.
    gate: {
      run: runInTime,
      isAway: (error) => error instanceof TookTooLong || database.isAway(error),
    },
    ...{ destinations, secretKeys, quarantineBytesMax, log },
    clock: () => nowMs,
    onCommit: (size, durationMs) => send({ kind: 'committed', size, durationMs }),
    onStored: () => send({ kind: 'stored' }),
  }),
  { ...intake, numberKey: createNumberKey(intake.numbers) },
);

async function takeBatch({
  batch,
  bytes,
  bodies,
  ...sent
}: Extract<ToThread, { kind: 'bodies' }>): Promise<void> {
  nowMs = sent.nowMs;
  let at = 0;
  const results = bodies.map(({ length, ...facts }) => {
    const body = Buffer.from(bytes, at, length);
    at += length;
    return inbox.take({ body, ...facts }).catch(toSentError);
  });
  send({ kind: 'taken', batch, results: await Promise.all(results) });
}

const turns = new Map<number, Promise<EndTurn>>();

function giveTurn(turn: number): void {
  // Without the connection, the main thread still has the lock of SQLite to wait for.
  const given = holdConnection(database.knex).catch(() => () => undefined);
  turns.set(turn, given);
  void given.then(() => send({ kind: 'turn', turn }));
}

/** Also ends a turn that is not given yet, because the main thread stopped waiting for it. */
function endTurn(turn: number): void {
  void turns.get(turn)?.then((end) => end());
  turns.delete(turn);
}

main.on('message', (message: ToThread) => {
  if (message.kind === 'bodies') void takeBatch(message);
  else if (message.kind === 'ask_turn') giveTurn(message.turn);
  else if (message.kind === 'end_turn') endTurn(message.turn);
  // Not database.close(): the descriptors that watch the file stay open until the main thread has closed the store.
  else
    void database.knex.destroy().then(() => {
      sendOutbox();
      main.close();
    });
});

await database.knex.raw('SELECT 1');
send({ kind: 'ready' });

import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { EndTurn } from '../database/write-turns.ts';
import { TookTooLong, within } from '../domain/within.ts';
import type { InboxOptions } from '../store/inbox.ts';
import type { StoreGate } from '../store/store-gate.ts';
import { limitWaitingBytes, waitingBytesMax } from '../store/waiting-bytes.ts';
import type { BodyInbox, ReceivedBody, TakenBody } from './body-inbox.ts';
import type { FromThread, SentBody, ThreadSettings, ToThread } from './protocol.ts';
import { fromSentError, type SentError } from './sent-error.ts';

/**
 * A thread that reads bodies and stores their calls, so that the main thread only handles requests.
 * Why: docs/decisions/store-thread.md
 */
export interface StoreThread {
  readonly take: BodyInbox['take'];
  /**
   * Waits until the thread lets the main thread write to SQLite. The thread then writes nothing until the turn ends. After
   * two seconds without a turn, the main thread goes on, and waits for the lock of SQLite like any other process.
   */
  readonly askTurn: () => Promise<EndTurn>;
  /** Closes the thread's database and ends the thread. No body may be on its way. */
  close(): Promise<void>;
}

export interface StoreThreadOptions extends Pick<InboxOptions, 'clock' | 'log' | 'onCommit' | 'onStored'> {
  readonly settings: ThreadSettings;
  readonly gate: StoreGate;
  /** Called when the thread ends by itself. Bodies on their way are not answered. */
  readonly onDeath: (error: unknown) => void;
}

// A batch is sent when it has this many bodies or bytes, or when the event loop has no further body.
const bodiesMax = 16;
const bytesMax = 64 * 1024;
// A list can need a thousand commits, so no time limits a batch. The thread limits each commit, and reports its end. A
// thread hangs when it reports nothing for this many times that limit.
const silentCommitsMax = 2;
const lookEveryMs = 500;
// The limit of a semi-space in the thread, in MiB. `npm start` gives the main thread 8. With 8, the thread takes about 8 MB
// more, and the receiver stores no more pushes a second.
const semiSpaceMb = 4;
// The main thread may then wait five seconds for the lock. The store gate expects both within ten.
const turnWithinMs = 2_000;

type Results = readonly (TakenBody | SentError)[];

interface Waiting {
  readonly resolve: (results: Results) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts the thread, which opens the store that DATABASE_URL names. The store must have its schema.
 *
 * @throws the database's error when the thread cannot open the store
 */
export async function startStoreThread(options: StoreThreadOptions): Promise<StoreThread> {
  const { settings, gate, clock, log, onCommit, onStored, onDeath } = options;
  // A flag of the command line overrides `resourceLimits`, so this sets the flag. V8 reads it only when a thread starts, so
  // the main thread keeps its own limit.
  setFlagsFromString(`--max-semi-space-size=${semiSpaceMb}`);
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: settings,
    // When one descriptor of an open SQLite file is closed, the whole process loses its locks on that file.
    trackUnmanagedFds: false,
  });
  const send = (message: ToThread, transfer: readonly ArrayBuffer[] = []): void =>
    worker.postMessage(message, transfer);

  const waiting = new Map<number, Waiting>();
  const onTurn = new Map<number, () => void>();
  let heardMs = 0;
  let onReady: (() => void) | undefined;
  const hear = (message: FromThread): void => {
    if (message.kind === 'taken') {
      waiting.get(message.batch)?.resolve(message.results);
      waiting.delete(message.batch);
    } else if (message.kind === 'turn') onTurn.get(message.turn)?.();
    else if (message.kind === 'committed') onCommit(message.size, message.durationMs);
    else if (message.kind === 'stored') onStored();
    else if (message.kind === 'log') log[message.level](withError(message.fields), message.message);
    else if (message.kind === 'ready') onReady?.();
  };
  worker.on('message', (messages: readonly FromThread[]) => {
    heardMs = performance.now();
    messages.forEach(hear);
  });
  const failIfHanging = (): void => {
    if (performance.now() - heardMs < silentCommitsMax * settings.answersWithinMs) return;
    for (const { reject } of waiting.values()) reject(new TookTooLong('The store thread does not answer'));
    waiting.clear();
  };

  const died = watchForDeath(worker);
  await Promise.race([new Promise<void>((resolve) => (onReady = resolve)), died]);
  let isClosing = false;
  died.catch((error: unknown) => {
    if (!isClosing) onDeath(error);
  });
  worker.unref();
  const looking = setInterval(failIfHanging, lookEveryMs).unref();

  let batches = 0;
  /** Sends bodies, and waits until all of them are on the disk. */
  const store = (bodies: readonly ReceivedBody[]): Promise<Results> =>
    new Promise((resolve, reject) => {
      batches += 1;
      if (waiting.size === 0) heardMs = performance.now();
      waiting.set(batches, { resolve, reject });
      const bytes = joinBodies(bodies);
      const facts = bodies.map(({ body, ...rest }): SentBody => ({ length: body.length, ...rest }));
      send({ kind: 'bodies', batch: batches, nowMs: clock(), bytes, bodies: facts }, [bytes]);
    });
  const storeInBatches = createBatches((bodies) =>
    gate.run(async () => {
      const results = await store(bodies);
      for (const result of results) {
        if (result.kind !== 'error') continue;
        const error = fromSentError(result);
        // The gate must know. The other senders of the batch send again, and their pushes are duplicates then.
        if (error instanceof TookTooLong || gate.isAway(error)) throw error;
      }
      return results;
    }, Infinity),
  );

  let turns = 0;
  const askTurn = async (): Promise<EndTurn> => {
    if (isClosing) return () => undefined;
    turns += 1;
    const turn = turns;
    const given = new Promise<void>((resolve) => onTurn.set(turn, resolve));
    send({ kind: 'ask_turn', turn });
    await within(turnWithinMs, given).catch(() => undefined);
    onTurn.delete(turn);
    return () => send({ kind: 'end_turn', turn });
  };

  return {
    take: limitWaitingBytes(
      async (body: ReceivedBody) => {
        const result = await storeInBatches(body);
        if (result.kind === 'error') throw fromSentError(result);
        return result;
      },
      ({ body }) => body.length,
      waitingBytesMax,
    ),
    askTurn,
    async close() {
      isClosing = true;
      clearInterval(looking);
      worker.ref();
      send({ kind: 'close' });
      await died.catch(() => undefined);
    },
  };
}

/** Rejects when the thread ends. */
function watchForDeath(worker: Worker): Promise<never> {
  return new Promise((_resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`The store thread ended with code ${code}`)));
  });
}

function withError(fields: Readonly<Record<string, unknown>>): object {
  const { error } = fields;
  return error === undefined ? fields : { ...fields, error: fromSentError(error as SentError) };
}

function joinBodies(bodies: readonly ReceivedBody[]): ArrayBuffer {
  const bytes = new Uint8Array(bodies.reduce((sum, { body }) => sum + body.length, 0));
  let at = 0;
  for (const { body } of bodies) {
    bytes.set(body, at);
    at += body.length;
  }
  return bytes.buffer;
}

interface Batch {
  readonly bodies: ReceivedBody[];
  readonly results: Promise<Results>;
  readonly send: () => void;
  bytes: number;
}

/** Gathers the bodies that come in one turn of the event loop. */
function createBatches(
  store: (bodies: readonly ReceivedBody[]) => Promise<Results>,
): (body: ReceivedBody) => Promise<Results[number]> {
  let open: Batch | undefined;
  const openBatch = (): Batch => {
    const bodies: ReceivedBody[] = [];
    let send = (): void => undefined;
    const sent = new Promise<void>((resolve) => (send = resolve));
    const batch = { bodies, bytes: 0, send, results: sent.then(() => store(bodies)) };
    setImmediate(() => close(batch));
    return batch;
  };
  const close = (batch: Batch): void => {
    if (open === batch) open = undefined;
    batch.send();
  };
  return async (body) => {
    const batch = (open ??= openBatch());
    const index = batch.bodies.push(body) - 1;
    batch.bytes += body.body.length;
    if (batch.bodies.length >= bodiesMax || batch.bytes >= bytesMax) close(batch);
    return (await batch.results)[index] as Results[number];
  };
}

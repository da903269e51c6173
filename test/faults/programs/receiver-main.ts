// A receiver with the test adapters and the kit's own, with the lease, pace and clock that a fault needs.
import type { Worker } from 'node:worker_threads';
import { adapters } from '../../../adapters/index.ts';
import { readSettings } from '../../../src/config/read-settings.ts';
import { createLogger } from '../../../src/app/logger.ts';
import { startReceiver } from '../../../src/app/receiver.ts';
import { reference } from '../../adapter-kit/reference/index.ts';
import { firstStartText, showFirstStart } from '../../../src/cli/first-start.ts';
import { lookup } from './lookup-adapter.ts';
import { poisonable } from './poisonable.ts';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

const startedMs = Date.now();
const aheadMs = number('FAULT_CLOCK_AHEAD_MS', 0);
const scale = number('FAULT_CLOCK_SCALE', 1);
const all = [...adapters, poisonable(reference), poisonable(lookup)];
const settings = readSettings(process.env, all);
let storeThread: Worker | undefined;
process.once('worker', (worker) => (storeThread = worker));
const log = createLogger(settings.core.LOG_LEVEL);
const receiver = await startReceiver(settings, all, log, {
  clock: () => Math.round(startedMs + aheadMs + (Date.now() - startedMs) * scale),
  pace: { leaseMs: number('FAULT_LEASE_MS', 60_000), pollMs: number('FAULT_POLL_MS', 500) },
  hasStoreThread: process.env['FAULT_STORE_THREAD'] !== 'no',
});
if (receiver.firstStart !== undefined) {
  showFirstStart(firstStartText(receiver.firstStart, undefined), 'data/first-start.txt', process.stdout);
}
log.info({ url: receiver.server.url }, 'Ready');
const threadEndsAfterMs = process.env['FAULT_THREAD_ENDS_AFTER_MS'];
if (threadEndsAfterMs !== undefined)
  setTimeout(() => void storeThread?.terminate(), Number(threadEndsAfterMs));
process.on('SIGTERM', () => void receiver.close().then(() => process.exit(0)));

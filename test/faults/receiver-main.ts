// A receiver with the kit's test adapter beside its own, and with lease, pace and clock as a fault needs them.
import { adapters } from '../../adapters/index.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { createLogger } from '../../src/logger.ts';
import { startReceiver } from '../../src/receiver.ts';
import { reference } from '../adapter-kit/reference/index.ts';
import { firstStartText, showFirstStart } from '../../src/cli/first-start.ts';
import { poisonable } from './poisonable.ts';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

const startedMs = Date.now();
const scale = number('FAULT_CLOCK_SCALE', 1);
const all = [...adapters, poisonable(reference)];
const settings = readSettings(process.env, all);
const log = createLogger(settings.core.LOG_LEVEL);
const receiver = await startReceiver(
  settings,
  all,
  log,
  () => Math.round(startedMs + (Date.now() - startedMs) * scale),
  { leaseMs: number('FAULT_LEASE_MS', 60_000), pollMs: number('FAULT_POLL_MS', 500) },
);
if (receiver.firstStart !== undefined) {
  showFirstStart(firstStartText(receiver.firstStart, undefined), 'data/first-start.txt', process.stdout);
}
log.info({ url: receiver.server.url }, 'Ready');
process.on('SIGTERM', () => void receiver.close().then(() => process.exit(0)));

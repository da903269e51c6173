import { adapters } from '../../adapters/index.ts';
import { firstStartText, showFirstStart } from '../cli/first-start.ts';
import { describeError } from '../cli/describe-error.ts';
import { loadSettings } from '../cli/load-settings.ts';
import { printAside } from '../cli/print.ts';
import type { Settings } from '../config/read-settings.ts';
import { firstStartFile } from './data-folder.ts';
import { AdapterNotMade } from './destination-adapter.ts';
import { createLogger } from './logger.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import { onStopSignals } from './stop-signals.ts';
import { StoreUnusable } from '../database/store-unusable.ts';
import { StoreAway } from '../store/await-store.ts';

const stopWithinMs = 28_000;

/** Runs the receiver until a signal stops it. Ends the process with a sentence for people when it cannot start. */
export async function runReceiver(): Promise<void> {
  const settings = readSettingsOrExit();
  const { core } = settings;
  const log = createLogger(core.LOG_LEVEL);
  let receiver: Receiver;
  try {
    receiver = await startReceiver(settings, adapters, log);
  } catch (error) {
    exitWith(...describeFailure(error));
  }
  if (receiver.firstStart !== undefined) {
    const text = firstStartText(receiver.firstStart, core.PUBLIC_URL);
    const { clientId, consolePassword } = receiver.firstStart;
    try {
      const { shownIn } = showFirstStart(text, firstStartFile(core), process.stdout);
      log.info({ shownIn }, "The first OAuth client was made; what to paste into Jet's form is shown once");
    } catch (error) {
      const remedy =
        `Make a new secret: npm run client -- rotate ${clientId}` +
        (consolePassword === undefined
          ? ''
          : '. Set CONSOLE_PASSWORD, since the one that was made is lost too');
      log.error({ error, remedy }, 'The first OAuth client was made, but its credentials could not be shown');
    }
  }
  log.info({ url: receiver.server.url, role: core.ROLE, adapters: core.ADAPTERS }, 'Ready');
  closeOnSignals(receiver, log);
}

function readSettingsOrExit(): Settings {
  try {
    return loadSettings();
  } catch (error) {
    exitWith(...describeError(error));
  }
}

function closeOnSignals(receiver: Receiver, log: ReturnType<typeof createLogger>): void {
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'Stopping: what is in flight is finished first; a second signal stops at once');
    // Whatever hangs, a stop ends within 30 s: what was not finished is due again at the next start.
    setTimeout(() => {
      log.error({}, 'Stopping took too long; the process ends now');
      process.exit(1);
    }, stopWithinMs).unref();
    receiver.close().then(
      () => {
        log.info({}, 'Stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ error }, 'Stopping failed');
        process.exit(1);
      },
    );
  };
  onStopSignals(stop, () => process.exit(1));
}

function describeFailure(error: unknown): string[] {
  if (error instanceof StoreUnusable || error instanceof AdapterNotMade) return [error.message, error.remedy];
  if (error instanceof StoreAway)
    return [error.message, 'Start the database, or check DATABASE_URL; "npm run doctor" looks at it.'];
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return ['The port is in use by another program. Set PORT to a free one.'];
  if (code === 'EACCES') return [`The port or a file may not be used: ${message}`];
  return [`The receiver could not start: ${message}`];
}

function exitWith(...lines: readonly string[]): never {
  lines.forEach(printAside);
  process.exit(1);
}

import { adapters, loadLocalAdapters } from '../../adapters/index.ts';
import { firstStartText, showFirstStart } from '../cli/first-start.ts';
import { describeError } from '../cli/describe-error.ts';
import { loadSettings } from '../cli/load-settings.ts';
import { printAside } from '../cli/print.ts';
import type { Settings } from '../config/read-settings.ts';
import { descriptorsToImport, readDescriptorLimit } from '../http/descriptor-limit.ts';
import { firstStartFile } from './data-folder.ts';
import { AdapterNotMade } from './destination-adapter.ts';
import { createLogger, logOutput } from './logger.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import { onStopSignals } from './stop-signals.ts';
import { StoreUnusable } from '../database/store-unusable.ts';
import { StoreUnreachable } from '../store/await-store.ts';

const stopWithinMs = 28_000;

/** Runs the receiver until a signal stops it. If it cannot start, it prints the reason and ends the process. */
export async function runReceiver(): Promise<void> {
  await loadLocalAdapters();
  const settings = readSettingsOrExit();
  const { core } = settings;
  const log = createLogger(core.LOG_LEVEL, logOutput(core.LOG_FORMAT));
  let receiver: Receiver;
  try {
    receiver = await startReceiver(settings, adapters, log, { hasStoreThread: canHaveStoreThread() });
  } catch (error) {
    exitWith(...describeFailure(error));
  }
  if (receiver.firstStart !== undefined) {
    const text = firstStartText(receiver.firstStart, core.PUBLIC_URL);
    const { clientId, consolePassword } = receiver.firstStart;
    try {
      const { shownIn } = showFirstStart(text, firstStartFile(core), process.stdout);
      log.info(
        { shownIn },
        "The first OAuth client was made. Its values for Jet's form are shown only once: see shownIn",
      );
    } catch (error) {
      const remedy =
        `The client secret is lost. Make a new one: npm run client -- rotate ${clientId}` +
        (consolePassword === undefined
          ? ''
          : '. Set CONSOLE_PASSWORD, because the generated password is lost too');
      log.error({ error, remedy }, 'The first OAuth client was made, but its credentials could not be shown');
    }
  }
  const consoleUrl = receiver.console && `${receiver.console.url}/console`;
  log.info(
    { url: receiver.server.url, console: consoleUrl, role: core.ROLE, adapters: core.ADAPTERS },
    'Ready',
  );
  closeOnSignals(receiver, log);
}

// A thread cannot load the sources that `npm run dev` starts.
const isCompiled = import.meta.filename.endsWith('.js');

/** A thread opens the files of all its modules at once. */
function canHaveStoreThread(): boolean {
  return isCompiled && (readDescriptorLimit() ?? Infinity) >= descriptorsToImport;
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
    log.info(
      { signal },
      'Stopping. Requests and deliveries in flight are finished first. A second signal stops at once',
    );
    // A stop ends within 30 s even if something hangs. Unfinished deliveries are due again at the next start.
    setTimeout(() => {
      log.error({}, 'Stopping took too long, so the process ends now');
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
  if (error instanceof StoreUnreachable)
    return [
      error.message,
      'Start the database, or check DATABASE_URL. To check the settings: npm run doctor',
    ];
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return ['The port is in use by another program. Set PORT to a free one.'];
  if (code === 'EACCES') return [`The receiver has no permission to use the port or a file: ${message}`];
  return [`The receiver could not start: ${message}`];
}

function exitWith(...lines: readonly string[]): never {
  lines.forEach(printAside);
  process.exit(1);
}

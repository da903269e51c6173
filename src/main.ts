import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { printAside, printText } from './cli/print.ts';
import { startHelp } from './cli/run/start-help.ts';
import type * as running from './app/run-receiver.ts';
import { descriptorsToImport, descriptorsToRun, readDescriptorLimit } from './http/descriptor-limit.ts';

// The files made here hold secrets and people's numbers: only the owner and its group can read them.
process.umask(0o027);

const [argument] = process.argv.slice(2);
if (argument !== undefined) {
  const isHelp = argument === '--help' || argument === '-h';
  if (isHelp) printText(startHelp);
  else
    printAside(`The receiver takes no arguments, and got ${argument}. To see its help: npm start -- --help`);
  process.exit(isHelp ? 0 : 2);
}

const limit = readDescriptorLimit() ?? Infinity;
if (limit < descriptorsToRun) {
  printAside(`The limit of open files is ${limit}, and the receiver needs ${descriptorsToRun} to start.`);
  printAside('Raise it to 1024 or more: LimitNOFILE= in the systemd unit, or ulimit -n.');
  process.exit(1);
}

const { runReceiver } =
  limit < descriptorsToImport ? requireOneByOne() : await import('./app/run-receiver.ts');
await runReceiver();

/** Unlike `import`, which opens files of a whole level of modules at once, `require` opens one file at a time. */
function requireOneByOne(): typeof running {
  const file = `./app/run-receiver${extname(import.meta.filename)}`;
  return createRequire(import.meta.url)(file) as typeof running;
}

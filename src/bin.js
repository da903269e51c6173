#!/usr/bin/env node
// `npx jet-receiver <command>`: runs the same programs as `npm run <command>`, without npm between the options and the
// program. Plain JavaScript, since it runs before anything is compiled.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');

/** What each command does, in the order of the list. The programs are in the scripts of package.json. */
const commands = {
  start: 'starts the receiver',
  doctor: 'finds what is wrong, and names the remedy',
  ping: 'sends one test call through the public address, and removes it again',
  call: 'shows the trace of one call: its pushes, where it landed, and why',
  simulate: "sends a day of Jet's calls to a running receiver, and compares what landed",
  export: 'writes a report or the table as CSV, Parquet or JSON',
  client: 'manages OAuth clients',
  replay: 'makes deliveries due again, or reads refused bodies again',
  refold: "computes calls again from their pushes with today's parser",
  trim: 'shows the data past its retention, and removes it on request',
  backup: 'copies the SQLite store into one file while a receiver runs',
  restore: 'replaces the SQLite store with a backup',
  move: 'copies the store to another database, and compares every table',
  migrations: 'shows the steps of the schema, or prints them as SQL',
  'adapter:new': 'makes your own adapter from a template',
  'adapter:try': 'shows what an adapter would send for a sample call',
  'adapter:check': "checks an adapter's real destination",
  'adapter:setup': 'makes what an adapter needs at its destination',
};

const [name, ...args] = process.argv.slice(2);
if (name === undefined || ['--help', '-h', 'help'].includes(name)) showHelp(name === undefined);
else if (!Object.hasOwn(commands, name)) refuse(name);
else run(name, args);

/** @param {boolean} isMistake */
function showHelp(isMistake) {
  const width = Math.max(...Object.keys(commands).map((command) => command.length));
  const lines = Object.entries(commands).map(([command, text]) => `  ${command.padEnd(width)}  ${text}`);
  const stream = isMistake ? process.stderr : process.stdout;
  stream.write(
    `Usage: npx jet-receiver <command> [options]\n\n${lines.join('\n')}\n\n` +
      'The options of a command: npx jet-receiver <command> --help\n',
  );
  process.exitCode = isMistake ? 2 : 0;
}

/** @param {string} typed */
function refuse(typed) {
  process.stderr.write(
    `There is no command ${JSON.stringify(typed.replace(/[^\x20-\x7e]/g, '?'))}. To list the commands: npx jet-receiver --help\n`,
  );
  process.exitCode = 2;
}

/** @param {string} command @param {string[]} options */
function run(command, options) {
  const { status } = spawnSync(process.execPath, [join(root, 'src/build.js')], { stdio: 'inherit' });
  if (status !== 0) {
    process.exitCode = status ?? 1;
    return;
  }
  const child = spawn(process.execPath, [...programOf(command), ...options], { cwd: root, stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else process.exitCode = 1;
  });
}

/**
 * The arguments of node that run a command, from its script.
 *
 * @param {string} command
 */
function programOf(command) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const script = String(scripts[command]);
  const compiled = /\bnode (?<words>\S.*)$/.exec(script)?.groups?.words;
  if (compiled !== undefined && !script.startsWith('tsx')) return compiled.split(' ');
  return ['--import', 'tsx', ...script.replace(/^tsx /, '').split(' ')];
}

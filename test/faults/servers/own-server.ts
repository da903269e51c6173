import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const isRoot = process.getuid?.() === 0;

const postgresVersions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
const places = [
  ...postgresVersions.map((version) => `/usr/lib/postgresql/${version}/bin`),
  ...['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/sbin', '/bin'],
  ...(process.env.PATH ?? '').split(delimiter),
];

/** The path of a program of a database or proxy. Undefined: it is not installed. */
export function findProgram(name: string): string | undefined {
  return places.map((place) => join(place, name)).find((path) => existsSync(path));
}

/** Why a fault cannot be staged here: the programs that are missing. False when all are there. */
export function missingPrograms(...names: readonly string[]): string | false {
  const missing = names.filter((name) => findProgram(name) === undefined);
  return missing.length > 0 && `not installed: ${missing.join(', ')}`;
}

/** A folder of its own and a user that owns it, for the programs of a server. */
export interface OwnFolder {
  readonly path: string;
  /** Makes a folder in it, for the same user. Returns its path. */
  makeFolder(name: string): string;
  /** Gives a file to the user. */
  readonly give: (path: string) => void;
  /** Runs a program as that user, and waits for its end. Returns what it printed. */
  run(program: string, ...options: readonly string[]): string;
  /** Starts a program as that user. */
  spawn(program: string, ...options: readonly string[]): ChildProcess;
  /** Sends a signal to a program that was started. */
  signal(child: ChildProcess, name: 'KILL' | 'TERM'): void;
  remove(): void;
}

/** @param user a server refuses to run as root, so root runs it as this user */
export function makeOwnFolder(user: string): OwnFolder {
  const path = mkdtempSync(join(tmpdir(), `jet-${user}-`));
  const give = (file: string): void => {
    if (!isRoot) return;
    const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, user])));
    chownSync(file, uid ?? 0, gid ?? 0);
  };
  give(path);
  const commandOf = (program: string, options: readonly string[]): [string, string[]] => {
    const file = findProgram(program) ?? program;
    return isRoot ? ['runuser', ['-u', user, '--', file, ...options]] : [file, [...options]];
  };
  return {
    path,
    give,
    makeFolder(name) {
      const folder = join(path, name);
      mkdirSync(folder, { mode: 0o700 });
      give(folder);
      return folder;
    },
    run: (program, ...options) =>
      execFileSync(...commandOf(program, options), {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: path,
        encoding: 'utf8',
      }),
    spawn: (program, ...options) => spawn(...commandOf(program, options), { stdio: 'ignore', cwd: path }),
    signal(child, name) {
      // The child is runuser, so the signal goes to the program that it started.
      if (isRoot) spawnSync('pkill', [`-${name}`, '-P', String(child.pid)]);
      else child.kill(`SIG${name}`);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

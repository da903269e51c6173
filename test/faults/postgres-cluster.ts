import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdPort } from '../fixtures/receiver-process.ts';

const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
const binaries = versions
  .map((version) => `/usr/lib/postgresql/${version}/bin`)
  .find((path) => existsSync(`${path}/initdb`));
const isRoot = process.getuid?.() === 0;

/** Why no separate PostgreSQL can be started here. */
export const noCluster = binaries === undefined && 'no binaries of PostgreSQL in /usr/lib/postgresql';

/** A separate PostgreSQL that a fault can stop and start. */
export interface PostgresCluster {
  readonly url: string;
  /** `immediate` is a crash. */
  stop(): void;
  start(): void;
  remove(): void;
}

export async function makeCluster(): Promise<PostgresCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'jet-postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  // PostgreSQL refuses to run as root.
  const as = ['-u', 'postgres', '--'];
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'postgres'])));
    for (const path of [folder, data]) chownSync(path, uid ?? 0, gid ?? 0);
  }
  const run = (program: string, ...rest: string[]): void => {
    const path = join(binaries ?? '', program);
    const [command, options] = isRoot ? ['runuser', [...as, path, ...rest]] : [path, rest];
    execFileSync(command, options, { stdio: 'ignore', cwd: folder });
  };
  const { port, release } = await holdPort();
  await release();
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-N');
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`;
  const start = (): void => run('pg_ctl', '-D', data, '-w', '-l', join(data, 'log'), '-o', options, 'start');
  const stop = (): void => run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
  start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop,
    remove() {
      try {
        stop();
      } catch {
        // It was already stopped.
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../fixtures/free-port.ts';
import { makeOwnFolder, missingPrograms } from './own-server.ts';

/** Why no separate PostgreSQL can be started here. */
export const noCluster = missingPrograms('initdb', 'pg_ctl', 'pg_basebackup');

/** A separate PostgreSQL that a fault can stop and start. */
export interface PostgresCluster {
  readonly url: string;
  readonly port: number;
  /** A crash. */
  stop(): void;
  start(): void;
  /** Kills the server's first process with SIGKILL. */
  kill(): void;
  /** Suspends every process of the server, as on a machine that hangs. */
  freeze(): void;
  thaw(): void;
  /** Makes a standby the primary. */
  promote(): void;
  remove(): void;
}

export interface ClusterOptions {
  /** Settings of the server, such as `fsync=off`. */
  readonly settings?: readonly string[];
  /** Makes it a standby of this cluster, under this application name. */
  readonly standbyOf?: { readonly cluster: PostgresCluster; readonly name: string };
}

export async function makeCluster({
  settings = [],
  standbyOf,
}: ClusterOptions = {}): Promise<PostgresCluster> {
  const folder = makeOwnFolder('postgres');
  const data = folder.makeFolder('data');
  const port = await freePort();
  if (standbyOf === undefined) folder.run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-N');
  else {
    const source = `host=127.0.0.1 port=${standbyOf.cluster.port} user=postgres application_name=${standbyOf.name}`;
    folder.run('pg_basebackup', '-D', data, '-R', '-X', 'stream', '-c', 'fast', '-d', source);
  }
  const options = [
    `-p ${port} -k ${folder.path} -c listen_addresses=127.0.0.1`,
    ...settings.map((setting) => `-c ${setting}`),
  ].join(' ');
  const control = (...rest: readonly string[]): string => folder.run('pg_ctl', '-D', data, '-w', ...rest);
  const start = (): void => void control('-l', join(data, 'log'), '-o', options, 'start');
  const stop = (): void => void control('-m', 'immediate', 'stop');
  const firstProcess = (): number =>
    Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const signalAll = (signal: 'STOP' | 'CONT'): void => {
    const first = String(firstProcess());
    folder.run('pkill', `-${signal}`, '-P', first);
    process.kill(Number(first), `SIG${signal}`);
  };
  start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    start,
    stop,
    kill: () => void process.kill(firstProcess(), 'SIGKILL'),
    freeze: () => signalAll('STOP'),
    thaw: () => signalAll('CONT'),
    promote: () => void control('promote'),
    remove() {
      try {
        stop();
      } catch {
        // It was already stopped.
      }
      folder.remove();
    },
  };
}

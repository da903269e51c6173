import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { freePort } from '../../fixtures/free-port.ts';
import { makeOwnFolder, missingPrograms, type OwnFolder } from './own-server.ts';

/** Why no separate MariaDB can be started here. */
export const noMariadb = missingPrograms('mariadbd', 'mariadb-install-db');

/** A separate MariaDB with a user `jet`, whose rights end at `read_only`, and an empty database `calls`. */
export interface MariadbServer {
  readonly port: number;
  /** The address for the receiver. */
  readonly url: string;
  /** Runs statements as the administrator. */
  readonly admin: <Row>(...statements: readonly string[]) => Promise<Row[]>;
  start(...options: readonly string[]): Promise<void>;
  /** Kills the server with SIGKILL. */
  kill(): Promise<void>;
  /** Stops the server in order. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

export interface MariadbOptions {
  /** Options of the server, such as `--log-bin`. */
  readonly options?: readonly string[];
  /** Does not start the server or make the user: the caller does. */
  readonly isStarted?: boolean;
}

const readyWithinMs = 90_000;

export async function makeMariadb({
  options = [],
  isStarted = true,
}: MariadbOptions = {}): Promise<MariadbServer> {
  const folder = makeOwnFolder('mysql');
  const data = folder.makeFolder('data');
  const port = await freePort();
  const empty = join(folder.path, 'my.cnf');
  writeFileSync(empty, '');
  folder.run(
    ...(['mariadb-install-db', `--defaults-file=${empty}`, `--datadir=${data}`] as const),
    ...['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'],
  );
  let server: ReturnType<OwnFolder['spawn']> | undefined;
  let ended = Promise.resolve();

  const admin = async <Row>(...statements: readonly string[]): Promise<Row[]> => {
    const connection = await createConnection({
      host: '127.0.0.1',
      port,
      user: 'root',
      connectTimeout: 2_000,
    });
    try {
      let rows: unknown = [];
      for (const statement of statements) [rows] = await connection.query(statement);
      return rows as Row[];
    } finally {
      connection.destroy();
    }
  };

  const start = async (...rest: readonly string[]): Promise<void> => {
    const child = folder.spawn(
      ...(['mariadbd', `--defaults-file=${empty}`, `--datadir=${data}`, `--port=${port}`] as const),
      ...['--bind-address=127.0.0.1', `--socket=${join(folder.path, 'socket')}`, '--skip-name-resolve'],
      ...[`--pid-file=${join(folder.path, 'pid')}`, `--log-error=${join(folder.path, 'log.err')}`],
      ...['--innodb-buffer-pool-size=64M', ...options, ...rest],
    );
    server = child;
    ended = new Promise((end) => child.once('exit', () => end()));
    const endMs = performance.now() + readyWithinMs;
    for (;;) {
      if (
        await admin('SELECT 1').then(
          () => true,
          () => false,
        )
      )
        return;
      if (child.exitCode !== null || performance.now() > endMs)
        throw new Error(
          `MariaDB did not start: ${folder.run('tail', '-n', '20', join(folder.path, 'log.err'))}`,
        );
      await sleep(200);
    }
  };
  const signal = async (name: 'KILL' | 'TERM'): Promise<void> => {
    if (server !== undefined) folder.signal(server, name);
    await ended;
  };
  if (isStarted) {
    await start();
    await admin(
      'CREATE DATABASE calls',
      "CREATE USER jet@'%' IDENTIFIED BY 'jet'",
      "GRANT ALL ON calls.* TO jet@'%'",
    );
  }
  return {
    port,
    url: `mysql://jet:jet@127.0.0.1:${port}/calls`,
    admin,
    start,
    kill: () => signal('KILL'),
    stop: () => signal('TERM'),
    async remove() {
      if (server !== undefined) await signal('KILL');
      folder.remove();
    },
  };
}

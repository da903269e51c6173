import { describe, expect } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { ask } from '../../fixtures/ask.ts';
import { makeCertificates, type Certificates } from '../servers/certificates.ts';
import { fault } from '../scene/fault.ts';
import { makeMariadb } from '../servers/mariadb-server.ts';
import { makeOwnFolder, missingPrograms } from '../servers/own-server.ts';
import { makeCluster } from '../servers/postgres-cluster.ts';
import type { Scene } from '../scene/scene.ts';
import { tallyOf, takenAgain, watchLoad } from '../traffic/watched-load.ts';

/** A server with TLS: its certificate is for `localhost`, from a private authority. */
interface TlsServer {
  readonly certificates: Certificates;
  /** The address by a host name and options such as `sslmode=require`. */
  readonly urlOf: (host: string, options: string) => string;
}

async function postgresWithTls(scene: Scene): Promise<TlsServer> {
  const folder = makeOwnFolder('postgres');
  scene.finally(() => folder.remove());
  const certificates = makeCertificates(folder, 'localhost');
  const cluster = await makeCluster({
    settings: ['ssl=on', `ssl_cert_file=${certificates.cert}`, `ssl_key_file=${certificates.key}`],
  });
  scene.finally(() => cluster.remove());
  return {
    certificates,
    urlOf: (host, options) => `postgres://postgres@${host}:${cluster.port}/postgres?${options}`,
  };
}

async function mariadbWithTls(scene: Scene): Promise<TlsServer> {
  const folder = makeOwnFolder('mysql');
  scene.finally(() => folder.remove());
  const certificates = makeCertificates(folder, 'localhost');
  const server = await makeMariadb({
    options: [
      `--ssl-ca=${certificates.ca}`,
      `--ssl-cert=${certificates.cert}`,
      `--ssl-key=${certificates.key}`,
    ],
  });
  scene.finally(() => server.remove());
  return {
    certificates,
    urlOf: (host, options) => `mysql://jet:jet@${host}:${server.port}/calls?${options}`,
  };
}

/** The cipher of a connection. Empty: it is not encrypted. */
async function cipherOf(url: string): Promise<string> {
  const database = openDatabase(url);
  try {
    const [row] = await ask<{ Value: string | null }>(database, cipherQuery(database));
    return row?.Value ?? '';
  } finally {
    await database.close();
  }
}

function cipherQuery({ dialect }: Database): string {
  return dialect === 'postgres'
    ? 'SELECT cipher AS "Value" FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
    : "SHOW SESSION STATUS LIKE 'Ssl_cipher'";
}

const engines = [
  { title: 'PostgreSQL', make: postgresWithTls, cannot: missingPrograms('initdb', 'openssl') },
  { title: 'MariaDB', make: mariadbWithTls, cannot: missingPrograms('mariadbd', 'openssl') },
] as const;

for (const { title, make, cannot } of engines) {
  describe(`33 TLS to ${title}`, () => {
    fault(
      `33 each sslmode encrypts and checks what it says, on ${title}`,
      async (scene) => {
        const { certificates, urlOf } = await make(scene);
        const otherFolder = makeOwnFolder('nobody');
        scene.finally(() => otherFolder.remove());
        const other = makeCertificates(otherFolder, 'localhost').ca;
        const { ca } = certificates;
        expect(await cipherOf(urlOf('127.0.0.1', 'sslmode=disable'))).toBe('');
        expect(await cipherOf(urlOf('127.0.0.1', 'sslmode=require'))).not.toBe('');
        expect(await cipherOf(urlOf('127.0.0.1', `sslmode=verify-ca&sslrootcert=${ca}`))).not.toBe('');
        expect(await cipherOf(urlOf('localhost', `sslmode=verify-full&sslrootcert=${ca}`))).not.toBe('');
        // The certificate is for another name, or from another authority, or its authority is unknown.
        for (const refused of [
          urlOf('127.0.0.1', `sslmode=verify-full&sslrootcert=${ca}`),
          urlOf('localhost', `sslmode=verify-ca&sslrootcert=${other}`),
          urlOf('localhost', `sslmode=require&sslrootcert=${other}`),
          urlOf('localhost', 'sslmode=verify-full'),
        ])
          await expect(cipherOf(refused), refused).rejects.toThrow(/certificate|altname|needs a host name/i);
        scene.did('disable, require, verify-ca and verify-full: 4 connections as asked, 4 refused');
      },
      { cannot },
    );

    fault(
      `33 a receiver stores and lands pushes over verify-full, on ${title}`,
      async (scene) => {
        const { certificates, urlOf } = await make(scene);
        scene.use(urlOf('localhost', `sslmode=verify-full&sslrootcert=${certificates.ca}`));
        const url = await scene.start({}, 'kit').ready();
        const load = watchLoad(scene, url, await scene.token(url), 30);
        await takenAgain(load, performance.now());
        await load.stop();
        await scene.balance();
        scene.did(`answers ${tallyOf(load)}`);
      },
      { cannot },
    );
  });
}

import type { Database, DialectName } from './database.ts';
import { findWriteFault } from './write-fault.ts';

/** One fact about a database server. A fact without a remedy is right as it is. */
export interface ServerFact {
  readonly message: string;
  readonly remedy?: string;
}

type Row = Readonly<Record<string, string | number | boolean | null>>;

/**
 * What a server says about itself: engine, version, replication, encryption, pooler. Empty for a file. A server that does not
 * answer one question is asked the others.
 */
export async function describeServer(database: Database): Promise<ServerFact[]> {
  const questions = questionsOf[database.dialect];
  const ask = async (sql: string): Promise<Row> =>
    (await database.knex.first<Row>(database.knex.raw(sql)).catch(() => undefined)) ?? {};
  const writeFault = await findWriteFault(database).catch(() => undefined);
  const facts = questions.map(async ({ columns, tell }) => tell(await ask(columns)));
  return [
    ...(writeFault === undefined
      ? []
      : [
          {
            message: writeFault,
            remedy: 'Promote this server, or let the address of the database lead to the primary.',
          },
        ]),
    ...(await Promise.all(facts)).filter((fact) => fact !== undefined),
  ];
}

/** A question to a server: SQL columns, and the fact that their values mean. */
interface Question {
  readonly columns: string;
  readonly tell: (row: Row) => ServerFact | undefined;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : String(value));

const postgresQuestions: readonly Question[] = [
  {
    columns: "current_setting('server_version') AS version",
    tell: ({ version }) =>
      version === undefined ? undefined : { message: `The server is PostgreSQL ${text(version)}.` },
  },
  {
    columns: `current_setting('synchronous_standby_names') AS names,
      (SELECT count(*)::int FROM pg_stat_replication) AS standbys`,
    tell: ({ names, standbys }) => {
      if (standbys === undefined) return undefined;
      if (Number(standbys) === 0 && names !== '')
        return {
          message:
            'The server waits for a synchronous standby, but none is connected. Pushes are answered 503.',
          remedy: 'Start the standby, or empty synchronous_standby_names to go on without it.',
        };
      if (Number(standbys) === 0) return { message: 'No standby is connected to the server.' };
      return names === ''
        ? {
            message: `${standbys === 1 ? 'A standby is' : `${text(standbys)} standbys are`} connected, but commits do not wait for them. A failover can lose answered pushes.`,
            remedy:
              "Set synchronous_standby_names, such as 'ANY 1 (*)', so that a commit waits for a standby.",
          }
        : { message: 'Commits wait for a synchronous standby.' };
    },
  },
  {
    columns: '(SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls',
    tell: ({ tls }) => ({
      message: tls ? `The connection is encrypted (${text(tls)}).` : 'The connection is not encrypted.',
    }),
  },
];

const mysqlQuestions: readonly Question[] = [
  {
    columns: 'VERSION() AS version',
    tell: ({ version }) =>
      version === undefined ? undefined : { message: `The server is ${engineOf(version)}.` },
  },
  {
    columns: '@@GLOBAL.sync_binlog AS binlog, @@GLOBAL.log_bin AS isLogged',
    tell: ({ binlog, isLogged }) =>
      Number(isLogged) === 1 && Number(binlog) !== 1
        ? {
            message: `The server does not sync its binary log at each commit: sync_binlog is ${text(binlog)}. After a power failure, replicas and the server can differ.`,
            remedy: 'Set sync_binlog = 1 in the server and in its configuration.',
          }
        : undefined,
  },
  {
    columns:
      "(SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'wsrep_cluster_size') AS size, @@GLOBAL.wsrep_sync_wait AS sync_wait, @@GLOBAL.wsrep_on AS is_on",
    tell: ({ size, sync_wait: syncWait, is_on: isOn }) => {
      if (Number(isOn) !== 1) return undefined;
      return Number(syncWait) === 0
        ? {
            message: `The server is a node of a Galera cluster of ${text(size)}, and wsrep_sync_wait is 0. A token from one node can be unknown at another for a moment.`,
            remedy: 'Set wsrep_sync_wait = 1 on each node.',
          }
        : { message: `The server is a node of a Galera cluster of ${text(size)}.` };
    },
  },
  {
    columns:
      "(SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher') AS cipher",
    tell: ({ cipher }) =>
      cipher === undefined
        ? undefined
        : {
            message: cipher
              ? `The connection is encrypted (${text(cipher)}).`
              : 'The connection is not encrypted.',
          },
  },
];

const questionsOf: Readonly<Record<DialectName, readonly Question[]>> = {
  sqlite: [],
  postgres: postgresQuestions,
  mysql: mysqlQuestions,
};

function engineOf(version: unknown): string {
  const shown = text(version);
  return /mariadb/i.test(shown) ? `MariaDB ${shown.replace(/-?mariadb/i, '')}` : `MySQL ${shown}`;
}

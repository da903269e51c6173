import type { Question } from './question.ts';

export const postgresQuestions: readonly Question[] = [
  {
    columns: "current_setting('server_version') AS version",
    tell: ({ version }) =>
      version === undefined ? undefined : { message: `The server is PostgreSQL ${String(version)}.` },
  },
  {
    columns: `current_setting('synchronous_standby_names') AS names, current_setting('synchronous_commit') AS commits,
      (SELECT count(*)::int FROM pg_stat_replication) AS standbys`,
    tell: ({ names, standbys, commits }) => {
      if (standbys === undefined) return undefined;
      if (Number(standbys) === 0)
        return names === ''
          ? { message: 'No standby is connected to the server.' }
          : {
              message:
                'The server waits for a synchronous standby, but none is connected. Pushes are answered 503.',
              remedy: 'Start the standby, or empty synchronous_standby_names to go on without it.',
            };
      if (names === '')
        return {
          message: `${standbys === 1 ? 'A standby is' : `${String(standbys)} standbys are`} connected, but commits do not wait for them. A failover can lose answered pushes.`,
          remedy: "Set synchronous_standby_names, such as 'ANY 1 (*)', so that a commit waits for a standby.",
        };
      return commits === 'local' || commits === 'remote_write'
        ? {
            message: `Commits do not wait until the standby has them on its disk: synchronous_commit is ${commits}. A failover can lose answered pushes.`,
            remedy: 'Set synchronous_commit = on in postgresql.conf and reload the server.',
          }
        : { message: 'Commits wait for a synchronous standby.' };
    },
  },
  {
    columns: '(SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls',
    tell: ({ tls }) =>
      tls === undefined
        ? undefined
        : {
            message: tls
              ? `The server's connection is encrypted (${String(tls)}).`
              : "The server's connection is not encrypted.",
          },
  },
  {
    columns: `current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
      current_setting('synchronous_commit') AS commits`,
    tell: ({ fsync, pages, commits }) => {
      if (pages === undefined) return undefined;
      if (pages !== 'on')
        return {
          message: 'A power failure can damage tables of the server: full_page_writes is off.',
          remedy: 'Set full_page_writes = on in postgresql.conf and reload the server.',
        };
      // Another check reports fsync.
      if (fsync !== 'on') return undefined;
      return {
        message:
          commits === 'off'
            ? 'The server keeps committed data (fsync and full_page_writes are on). Its synchronous_commit is off, which the receiver overrides in each transaction.'
            : `The server keeps committed data (fsync and full_page_writes are on, synchronous_commit is ${String(commits)}).`,
      };
    },
  },
  {
    columns: "current_setting('autovacuum') AS autovacuum",
    tell: ({ autovacuum }) =>
      autovacuum === 'off'
        ? {
            message: 'autovacuum is off, so the tables of the store grow and become slow.',
            remedy: 'Set autovacuum = on in postgresql.conf and reload the server.',
          }
        : undefined,
  },
];

import type { Question } from './question.ts';

const status = (name: string, scope = 'GLOBAL'): string =>
  `(SELECT VARIABLE_VALUE FROM information_schema.${scope}_STATUS WHERE VARIABLE_NAME = '${name}')`;

export const mysqlQuestions: readonly Question[] = [
  {
    columns: 'VERSION() AS version',
    tell: ({ version }) =>
      version === undefined ? undefined : { message: `The server is ${engineOf(String(version))}.` },
  },
  {
    columns: `${status('Slaves_connected')} AS replicas, @@GLOBAL.rpl_semi_sync_master_enabled AS waits`,
    tell: ({ replicas, waits }) => {
      const count = Number(replicas ?? 0);
      if (count === 0) return undefined;
      return Number(waits) === 1
        ? { message: 'Commits wait for a replica (semi-synchronous replication).' }
        : {
            message: `${count === 1 ? 'A replica is' : `${count} replicas are`} connected, but commits do not wait for them. A failover can lose answered pushes.`,
            remedy:
              "Set rpl_semi_sync_master_enabled = 1 and rpl_semi_sync_master_wait_point = 'AFTER_SYNC' at the primary, and rpl_semi_sync_slave_enabled = 1 at the replicas.",
          };
    },
  },
  {
    columns: `${status('wsrep_cluster_size')} AS size, @@GLOBAL.wsrep_sync_wait AS syncWait, @@GLOBAL.wsrep_on AS isOn`,
    tell: ({ size, syncWait, isOn }) => {
      if (Number(isOn) !== 1) return undefined;
      const node = `The server is a node of a Galera cluster of ${String(size)}`;
      if (Number(syncWait) === 0)
        return {
          message: `${node}, and wsrep_sync_wait is 0. A token from one node can be unknown at another for a moment.`,
          remedy: 'Set wsrep_sync_wait = 1 on each node.',
        };
      return Number(size) < 3
        ? {
            message: `${node}. When one of two nodes is lost, the other refuses every statement.`,
            remedy: 'Add nodes until there are three, or an arbitrator (garbd).',
          }
        : { message: `${node}.` };
    },
  },
  {
    columns: `${status('Ssl_cipher', 'SESSION')} AS cipher`,
    tell: ({ cipher }) =>
      cipher === undefined
        ? undefined
        : {
            message: cipher
              ? `The server's connection is encrypted (${String(cipher)}).`
              : "The server's connection is not encrypted.",
          },
  },
  {
    columns: '@@GLOBAL.sync_binlog AS binlog, @@GLOBAL.log_bin AS isLogged',
    tell: ({ binlog, isLogged }) =>
      Number(isLogged) === 1 && Number(binlog) !== 1
        ? {
            message: `The server does not sync its binary log at each commit: sync_binlog is ${String(binlog)}. After a power failure, replicas and the server can differ.`,
            remedy: 'Set sync_binlog = 1 in the server and in its configuration.',
          }
        : undefined,
  },
  {
    columns: '@@GLOBAL.innodb_flush_log_at_trx_commit AS flush, @@GLOBAL.innodb_doublewrite AS doublewrite',
    tell: ({ flush, doublewrite }) => {
      if (doublewrite === undefined) return undefined;
      if (['0', 'OFF', 'DETECT_ONLY'].includes(String(doublewrite)))
        return {
          message: `A power failure can damage tables of the server: innodb_doublewrite is ${String(doublewrite)}.`,
          remedy:
            'Set innodb_doublewrite = ON in the configuration and restart the server. Leave it off only on a file system that writes whole pages, such as ZFS.',
        };
      // Another check reports the other values.
      return Number(flush) === 1
        ? { message: 'The server keeps committed data (innodb_flush_log_at_trx_commit is 1).' }
        : undefined;
    },
  },
];

function engineOf(version: string): string {
  return /mariadb/i.test(version) ? `MariaDB ${version.replace(/-?mariadb/i, '')}` : `MySQL ${version}`;
}

import { randomBytes } from 'node:crypto';
import { utcText } from '../../../src/domain/local-time.ts';
import type { Database, DialectName } from '../../../src/database/database.ts';
import type { JsonValue } from '../../../src/domain/jet-fields.ts';
import { reportingColumns } from '../../../src/reporting/reporting-columns.ts';
import { reportingTable, type ReportingType } from '../../../src/reporting/reporting-column.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import type { Engine, FreshDatabase } from '../../../test/fixtures/engines.ts';
import type { Fault, FaultName, LandedRecord, StandIn } from '../../../test/adapter-kit/subject.ts';
import { startTcpProxy, type ProxyMode } from '../../../test/adapter-kit/tcp-proxy.ts';

/** The faults that each kind of database can stage. A file cannot refuse its owner, and a lock cannot lose a reply. */
export const sqlFaults: Readonly<Record<DialectName, readonly FaultName[]>> = {
  sqlite: ['a server error', 'silence', 'slowness'],
  postgres: ['refused credentials', 'a server error', 'silence', 'slowness', 'a reply lost after the write'],
  mysql: ['refused credentials', 'a server error', 'silence', 'slowness', 'a reply lost after the write'],
};

/** A fresh reporting database that misbehaves on request. */
export async function openSqlStandIn(engine: Engine): Promise<StandIn> {
  const fresh = await engine.fresh();
  const direct = openDatabase(fresh.url);
  const records = (): Promise<LandedRecord[]> => readRecords(direct);
  return engine.dialect === 'sqlite'
    ? standInFile(fresh, direct, records)
    : standInServer(fresh, direct, records);
}

/** Another writer locks the file. The adapter waits, and fails after five seconds. */
function standInFile(fresh: FreshDatabase, direct: Database, records: StandIn['records']): StandIn {
  const locker = openDatabase(fresh.url);
  let locked = false;
  return {
    settings: { REPORTING_DATABASE_URL: fresh.url },
    records,
    async stage(fault) {
      if (locked) await locker.knex.raw('ROLLBACK');
      locked = fault !== undefined;
      if (locked) await locker.knex.raw('BEGIN IMMEDIATE');
    },
    async close() {
      await locker.close();
      await direct.close();
      await fresh.drop();
    },
  };
}

/** A server behind a proxy, with its own user whose rights can be revoked. */
async function standInServer(
  fresh: FreshDatabase,
  direct: Database,
  records: StandIn['records'],
): Promise<StandIn> {
  const { hostname, port, pathname, protocol } = new URL(fresh.url);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port || portOf(direct.dialect)) });
  const user = `kit_${randomBytes(5).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const statements = userStatements(direct.dialect, user, password, fresh.name);
  const run = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) await direct.knex.raw(text);
  };
  await run(statements.make);
  let refused = false;
  return {
    settings: {
      REPORTING_DATABASE_URL: `${protocol}//${user}:${password}@127.0.0.1:${proxy.port}${pathname}`,
    },
    records,
    async stage(fault) {
      if (refused) await run(statements.allow);
      refused = fault?.name === 'refused credentials';
      if (refused) await run(statements.refuse);
      await proxy.turn(modeFor(fault));
    },
    async close() {
      await proxy.close();
      await run(statements.remove);
      await direct.close();
      await fresh.drop();
      await dropUser(direct.dialect, user);
    },
  };
}

function modeFor(fault: Fault | undefined): ProxyMode {
  switch (fault?.name) {
    case 'a server error':
      return { kind: 'cut' };
    case 'silence':
      return { kind: 'silent' };
    case 'slowness':
      return { kind: 'slow', delayMs: fault.delayMs };
    case 'a reply lost after the write':
      return { kind: 'loses reply', after: `INSERT INTO ${reportingTable}` };
    default:
      return { kind: 'open' };
  }
}

function portOf(dialect: DialectName): number {
  return dialect === 'postgres' ? 5432 : 3306;
}

interface UserStatements {
  readonly make: readonly string[];
  readonly refuse: readonly string[];
  readonly allow: readonly string[];
  readonly remove: readonly string[];
}

function userStatements(
  dialect: DialectName,
  user: string,
  password: string,
  database: string,
): UserStatements {
  if (dialect === 'postgres') {
    return {
      make: [
        `CREATE ROLE ${user} LOGIN PASSWORD '${password}'`,
        `ALTER DATABASE ${database} OWNER TO ${user}`,
      ],
      refuse: [`ALTER ROLE ${user} NOLOGIN`],
      allow: [`ALTER ROLE ${user} LOGIN`],
      remove: [
        `ALTER DATABASE ${database} OWNER TO CURRENT_USER`,
        `REASSIGN OWNED BY ${user} TO CURRENT_USER`,
      ],
    };
  }
  return {
    make: [
      `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`,
      `GRANT ALL ON ${database}.* TO '${user}'@'%'`,
    ],
    refuse: [`REVOKE ALL ON ${database}.* FROM '${user}'@'%'`],
    allow: [`GRANT ALL ON ${database}.* TO '${user}'@'%'`],
    remove: [`DROP USER '${user}'@'%'`],
  };
}

/** PostgreSQL's roles belong to the server. One can be dropped only when it owns no database. */
async function dropUser(dialect: DialectName, user: string): Promise<void> {
  const url = process.env.TEST_POSTGRES_URL;
  if (dialect !== 'postgres' || url === undefined) return;
  const server = openDatabase(url);
  try {
    await server.knex.raw(`DROP ROLE ${user}`);
  } finally {
    await server.close();
  }
}

async function readRecords(database: Database): Promise<LandedRecord[]> {
  if (!(await database.knex.schema.hasTable(reportingTable))) return [];
  const rows = await database.knex(reportingTable).select<Record<string, unknown>[]>('*').orderBy('call_id');
  return rows.map((row) => ({
    key: String(row.call_id),
    remoteId: String(row.call_id),
    durationSeconds: (row.duration_seconds as number | null) ?? undefined,
    shown: Object.fromEntries(
      reportingColumns
        // The time of writing comes from the worker's clock.
        .filter(({ name }) => name !== 'updated_at_utc')
        .map(({ name, type }) => [name, asMapped(row[name], type, database.dialect)]),
    ),
  }));
}

/** A value of a row in the form of the adapter's mapping. */
function asMapped(value: unknown, type: ReportingType, dialect: DialectName): JsonValue {
  if (value === null || value === undefined) return null;
  if (type === 'boolean') return Boolean(value);
  if (type === 'json') return typeof value === 'string' ? value : JSON.stringify(value);
  if (!(value instanceof Date)) return value as JsonValue;
  const text = utcText(value.getTime());
  if (type === 'date') return text.slice(0, 10);
  return type === 'instant' && dialect === 'postgres' ? `${text}+00` : text;
}

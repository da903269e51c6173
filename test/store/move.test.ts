import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { reportingMigrations, reportingMigrationsTable } from '../../src/reporting/migrations/index.ts';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import type { Migration } from '../../src/database/migration.ts';
import { planMoves } from '../../src/cli/move/plan-moves.ts';
import { adapters } from '../../adapters/index.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { copyDatabase, isEqual, MoveInterrupted } from '../../src/store/move/move.ts';
import { readTableShapes, type TableShape } from '../../src/store/move/table-shape.ts';
import { requireEmptyTarget } from '../../src/store/move/target.ts';
import { openStore, storeMigrationsTable } from '../../src/store/store.ts';
import { engines, type Engine } from '../fixtures/engines.ts';
import { reportingRow, writeRows } from '../fixtures/reporting-rows.ts';

const quiet = { begin: () => ({ update: () => undefined, stop: () => undefined }) };
const never = new AbortController().signal;
const pairs = engines.flatMap((from) => engines.map((to) => ({ from, to })));
const rowsEach = 250;

const move = async (from: string, to: string) => {
  const [plan] = await planMoves(readSettings({ DATABASE_URL: from }, adapters), { to });
  if (plan === undefined) throw new Error('Nothing is planned');
  return plan;
};

/** Rows for any table, with every kind of value and edge cases. */
function invent(shape: TableShape, index: number): Record<string, unknown> {
  return Object.fromEntries(
    shape.columns.map(({ name, kind }): [string, unknown] => {
      const isKey = shape.key.includes(name);
      if (kind === 'bytes') return [name, index % 5 === 0 ? Buffer.alloc(0) : randomBytes(40)];
      if (kind === 'integer') return [name, index % 3 === 0 ? index : 2 ** 30 + index];
      const hash = createHash('sha256').update(`${shape.name} ${name} ${index}`).digest('hex');
      // Short columns.
      if (/^(?:counterpart|method|credential|who)$/.test(name)) return [name, hash.slice(0, 9)];
      if (isKey && name === 'destination') return [name, `d${index % 3}`];
      const plain =
        isKey || /hash|_id$|^id$|stage|state|outcome|code|holder|scope|name$|content|path/.test(name);
      return [name, plain ? hash.slice(0, 12) : `{"é😀":"\\u0000 ${hash.slice(0, 8)} '\\\\ \n"}`];
    }),
  );
}

async function fill(url: string): Promise<void> {
  const store = await openStore(url, storeMigrations);
  for (const shape of await readTableShapes(storeMigrations)) {
    const rows = Array.from({ length: rowsEach }, (_none, index) => invent(shape, index));
    if (shape.name === 'destinations') rows.forEach((row) => (row['lease_until'] = 0));
    for (let at = 0; at < rows.length; at += 100)
      await store.writer.knex(shape.name).insert(rows.slice(at, at + 100));
  }
  await store.close();
}

async function withTwo(
  from: Engine,
  to: Engine,
  work: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const source = await from.fresh();
  const target = await to.fresh();
  try {
    await work(source.url, target.url);
  } finally {
    await source.drop();
    await target.drop();
  }
}

describe('a move of a store', () => {
  for (const { from, to } of pairs) {
    it.runIf(from.given && to.given)(
      `a move copies every table whole, ${from.title} to ${to.title}`,
      async () => {
        await withTwo(from, to, async (source, target) => {
          await fill(source);
          const plan = await move(source, target);
          const copied = await copyDatabase(plan, quiet, never);
          expect(copied.tables.map(({ source: { rows } }) => rows)).toEqual(plan.shapes.map(() => rowsEach));
          expect(copied.tables.filter((table) => !isEqual(table))).toEqual([]);
          await expect(openStore(target, storeMigrations)).rejects.toThrow('was not finished');
          await copied.finish();
          await copied.close();
          await (await openStore(target, storeMigrations)).close();
        });
      },
    );

    it.runIf(from.given && to.given)(
      `a move copies the reporting table, ${from.title} to ${to.title}`,
      async () => {
        await withTwo(from, to, async (source, target) => {
          const database = openDatabase(source);
          await migrate(database, reportingMigrationsTable, reportingMigrations);
          await writeRows(
            database,
            Array.from({ length: 30 }, (_none, index) =>
              reportingRow(`call-${index}`, '2026-04-04T15:30:00.120Z', { withheld: index % 2 === 0 }),
            ),
          );
          await database.close();
          const settings = readSettings({ REPORTING_DATABASE_URL: source }, adapters);
          const [plan] = await planMoves(settings, { reportingTo: target });
          if (plan === undefined) throw new Error('Nothing is planned');
          const copied = await copyDatabase(plan, quiet, never);
          await copied.close();
          expect(copied.tables).toMatchObject([{ table: 'jet_calls', source: { rows: 30 } }]);
          expect(copied.tables.filter((table) => !isEqual(table))).toEqual([]);
        });
      },
    );
  }

  it('a move includes a table that a later migration adds', async () => {
    const later: Migration = {
      name: '9999-later',
      up: (knex) => knex.schema.createTable('later', (t) => void t.string('id', 20).primary()),
    };
    const shapes = await readTableShapes([...storeMigrations, later]);
    expect(shapes.map(({ name }) => name)).toContain('later');
  });

  for (const engine of engines) {
    describe.runIf(engine.given)(engine.title, () => {
      it('a move includes every table of a store', async () => {
        const database = await engine.fresh();
        const store = await openStore(database.url, storeMigrations);
        const { isAllowedBeside } = await move('sqlite:elsewhere', database.url);
        for (const { name } of await readTableShapes(storeMigrations))
          await store.writer.knex.schema.dropTable(name);
        await store.writer.knex.schema.dropTable(storeMigrationsTable);
        await store.close();
        // The target has no other tables now.
        await requireEmptyTarget(
          { ...(await move('sqlite:elsewhere', database.url)), isAllowedBeside },
          false,
        );
        await database.drop();
      });

      it('a move refuses a target with rows or with tables of other programs, and names them', async () => {
        await withTwo(engines[0] as Engine, engine, async (source, target) => {
          const store = await openStore(target, storeMigrations);
          await store.writer.knex('settings').insert({ name: 'x', value: 'y' });
          await store.writer.knex.schema.createTable(
            'others_table',
            (t) => void t.string('id', 20).primary(),
          );
          await store.close();
          const refused = requireEmptyTarget(await move(source, target), true);
          await expect(refused).rejects.toThrow(/settings \(1 row\)/);
          await expect(refused).rejects.toThrow(/others_table/);
        });
      });

      it('an interrupted move leaves a target on which no receiver starts, and replaces it with --replace', async () => {
        await withTwo(engines[0] as Engine, engine, async (source, target) => {
          await fill(source);
          const plan = await move(source, target);
          const interrupted = new AbortController();
          let tables = 0;
          const progress = {
            begin: () => {
              tables += 1;
              if (tables === 4) interrupted.abort(new MoveInterrupted('The move was interrupted.'));
              return { update: () => undefined, stop: () => undefined };
            },
          };
          await expect(copyDatabase(plan, progress, interrupted.signal)).rejects.toThrow('interrupted');
          await expect(openStore(target, storeMigrations)).rejects.toThrow('was not finished');
          await expect(requireEmptyTarget(plan, false)).rejects.toThrow('--replace');
          await requireEmptyTarget(plan, true);
          const copied = await copyDatabase(plan, quiet, never);
          await copied.finish();
          await copied.close();
          expect(copied.tables.every(isEqual)).toBe(true);
        });
      });

      it('a move refuses while another process has the source open', async () => {
        await withTwo(engine, engines[0] as Engine, async (source, target) => {
          const store = await openStore(source, storeMigrations);
          await store.reader.knex('calls').first();
          await expect(copyDatabase(await move(source, target), quiet, never)).rejects.toThrow(
            /open|other sessions/,
          );
          await store.close();
        });
      });
    });
  }
});

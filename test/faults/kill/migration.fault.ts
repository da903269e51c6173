import { spawnSync } from 'node:child_process';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { storeMigrationsTable } from '../../../src/store/store.ts';
import { engines } from '../../fixtures/engines.ts';
import { fault } from '../scene/fault.ts';
import { migrateCommand } from '../scene/scene.ts';
import { schemaOf } from '../servers/schema-of.ts';
import { callPushes, post, sendAll } from '../traffic/traffic.ts';

const tables = { store: storeMigrationsTable, reporting: 'jet_reporting_migrations' };

/** Migrates in a separate process. */
function migrateIn(schema: string, url: string, endsAt: number): { signal: string | null; output: string } {
  const [program = '', ...rest] = migrateCommand;
  const { signal, stdout, stderr } = spawnSync(program, [...rest, schema, url, String(endsAt)], {
    encoding: 'utf8',
  });
  return { signal, output: stdout + stderr };
}

for (const engine of engines) {
  describe(`27 interrupted migration on ${engine.title}`, () => {
    fault(
      `27 kill -9 before every statement of each migration, on ${engine.title}`,
      async (scene) => {
        for (const [schema, table] of Object.entries(tables)) {
          const whole = await engine.fresh();
          const statements = Number(migrateIn(schema, whole.url, 0).output);
          expect(statements).toBeGreaterThan(3);
          const expected = await schemaOf(whole.url, engine.dialect, table);
          await whole.drop();
          for (let endsAt = 1; endsAt <= statements; endsAt += 1) {
            const broken = await engine.fresh();
            expect(migrateIn(schema, broken.url, endsAt).signal).toBe('SIGKILL');
            const again = migrateIn(schema, broken.url, 0);
            expect(again.signal, again.output).toBeNull();
            expect(
              await schemaOf(broken.url, engine.dialect, table),
              `after an end before statement ${endsAt}`,
            ).toEqual(expected);
            await broken.drop();
          }
          scene.did(
            `${schema}: killed before each of ${statements} statements; each following start made the same schema (${expected.length} definitions and steps)`,
          );
        }
      },
      { timeoutMs: 900_000, cannot: !engine.given && 'its server is not set' },
    );

    fault(
      `27 an old version refuses a newer store, on ${engine.title}`,
      async (scene) => {
        const first = scene.start({}, 'kit');
        const url = await first.ready();
        const token = await scene.token(url);
        await sendAll(callPushes('before', 5), 1, scene.answers, (push) => post(url, token, push));
        await scene.balance();
        first.child.kill('SIGTERM');
        await first.exited;
        const database = openDatabase(scene.databaseUrl);
        await database.knex('jet_store_migrations').insert({ name: '9999-later', made_at: 1 });
        const second = scene.start({}, 'kit');
        expect(await second.exited).toBe(1);
        expect(second.output()).toMatch(/newer version.*9999-later/);
        await database.knex('jet_store_migrations').where({ name: '9999-later' }).delete();
        await database.close();
        await scene.start({}, 'kit').ready();
        await scene.balance();
        scene.did(`refused with exit code 1, "${second.output().split('\n')[0] ?? ''}"; nothing was changed`);
      },
      {
        ...(engine.dialect === 'sqlite' ? {} : { database: () => engine.fresh() }),
        cannot: !engine.given && 'its server is not set',
      },
    );
  });
}

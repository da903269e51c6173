import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { ask } from '../fixtures/ask.ts';
import { engines, type Engine } from '../fixtures/engines.ts';
import { receiverCommand } from '../fixtures/receiver-process.ts';
import { fault } from './fault.ts';
import { callPushes, post, sendAll } from './traffic.ts';

const build = process.env.FAULT_BUILD;
const migrateMain = new URL('migrate-main.ts', import.meta.url).pathname;
const migrateCommand =
  build === undefined
    ? [...receiverCommand.slice(0, -1), migrateMain]
    : [process.execPath, join(build, 'test/faults/migrate-main.js')];

/** Migrates in a process of its own. */
function migrateIn(schema: string, url: string, endsAt: number): { signal: string | null; output: string } {
  const [program = '', ...rest] = migrateCommand;
  const { signal, stdout, stderr } = spawnSync(program, [...rest, schema, url, String(endsAt)], {
    encoding: 'utf8',
  });
  return { signal, output: stdout + stderr };
}

/** Every column of every table of ours. */
async function schemaOf(url: string, engine: Engine): Promise<string[]> {
  const database = openDatabase(url);
  const statement = {
    sqlite:
      "SELECT m.name || '.' || c.name AS field FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
    postgres:
      "SELECT table_name || '.' || column_name AS field FROM information_schema.columns WHERE table_schema = 'public'",
    mysql:
      "SELECT CONCAT(table_name, '.', column_name) AS field FROM information_schema.columns WHERE table_schema = DATABASE()",
  }[engine.dialect];
  const rows = await ask<{ field: string }>(database, statement);
  await database.close();
  return rows.map(({ field }) => field).sort();
}

for (const engine of engines) {
  describe(`27 interrupted migration on ${engine.title}`, () => {
    fault(
      `27 kill -9 before every statement of each migration, on ${engine.title}`,
      async (scene) => {
        for (const schema of ['store', 'reporting']) {
          const whole = await engine.fresh();
          const statements = Number(migrateIn(schema, whole.url, 0).output);
          expect(statements).toBeGreaterThan(3);
          const fields = await schemaOf(whole.url, engine);
          await whole.drop();
          let kills = 0;
          // On the servers every third, from a place that the seed decides: each start takes a second.
          const step = engine.dialect === 'sqlite' && schema === 'reporting' ? 1 : 3;
          for (let endsAt = 1 + scene.random.integer(0, step - 1); endsAt <= statements; endsAt += step) {
            const broken = await engine.fresh();
            expect(migrateIn(schema, broken.url, endsAt).signal).toBe('SIGKILL');
            const again = migrateIn(schema, broken.url, 0);
            expect(again.signal, again.output).toBeNull();
            expect(await schemaOf(broken.url, engine), `after an end before statement ${endsAt}`).toEqual(
              fields,
            );
            await broken.drop();
            kills += 1;
          }
          scene.did(
            `${schema}: ${statements} statements; ${kills} kills; each next start made the same ${fields.length} columns`,
          );
        }
      },
      { timeoutMs: 900_000, cannot: !engine.given && 'it is not set' },
    );

    fault(
      `27 an old version refuses a newer store, on ${engine.title}`,
      async (scene) => {
        const first = scene.start({}, 'kit');
        const url = await first.ready();
        const token = await scene.token(url);
        await sendAll(callPushes('before', 5), 1, scene.ledger, (push) => post(url, token, push));
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
        cannot: !engine.given && 'it is not set',
      },
    );
  });
}

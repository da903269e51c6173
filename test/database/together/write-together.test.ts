import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Upsert } from '../../../src/database/database.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import type { Expected } from '../../../src/database/together/expected.ts';
import { writeTogether } from '../../../src/database/together/write-together.ts';
import { ask } from '../../fixtures/ask.ts';
import { untilBlocked } from '../../fixtures/until-blocked.ts';
import { engines, type FreshDatabase } from '../../fixtures/engines.ts';

type Note = readonly [id: string, body: string, value: unknown];

/** Rows of two tables: counts that add up, and notes with a text as bytes and a long text. */
function written(notes: readonly Note[]): [Upsert, Upsert] {
  return [
    {
      table: 'counts',
      columns: ['id', 'amount'],
      key: ['id'],
      assign: { amount: ({ stored, incoming }) => `${stored('amount')} + ${incoming('amount')}` },
      rows: notes.map(([id]) => [id, 1]),
    },
    {
      table: 'notes',
      columns: ['id', 'body', 'value'],
      key: ['id'],
      long: ['value'],
      binary: ['body'],
      rows: notes.map(([id, body, value]) => [id, body, JSON.stringify(value)]),
    },
  ];
}

function expecting(...rows: Expected['rows'][number][]): Expected {
  return { table: 'counts', key: 'id', column: 'amount', rows };
}

for (const engine of engines.filter(({ dialect }) => writeTogether[dialect] !== undefined)) {
  describe.skipIf(!engine.given)(`writing to several tables by one statement on ${engine.title}`, () => {
    const postgres = engine.dialect === 'postgres';
    let place: FreshDatabase;
    let database: Database;

    const write = (expected: Expected, upserts: readonly Upsert[], on = database): Promise<boolean> => {
      const together = writeTogether[engine.dialect];
      if (together === undefined) throw new Error('This database has no such statement');
      return together(on.knex, expected, upserts, expected.absent === undefined ? 'plain' : 'absent');
    };
    const bodies = (): Promise<{ id: string; body: Uint8Array; value: string }[]> =>
      ask(database, 'SELECT id, body, value FROM notes ORDER BY id');
    const shownBodies = async (): Promise<unknown[]> =>
      (await bodies()).map(({ id, body, value }) => [id, Buffer.from(body).toString(), value]);

    beforeEach(async () => {
      place = await engine.fresh();
      database = openDatabase(place.url);
      const bytes = database.traits.bytesType;
      await database.knex.raw(`CREATE TABLE notes (id text PRIMARY KEY, body ${bytes}, value text)`);
      await database.knex.raw('CREATE TABLE counts (id text PRIMARY KEY, amount integer NOT NULL)');
    });
    afterEach(async () => {
      await database.close();
      await place.drop();
    });

    it('one statement for several tables writes nothing when a key has a row that must have none', async () => {
      await database.knex.raw('CREATE TABLE gone (hash text PRIMARY KEY)');
      await database.knex('gone').insert({ hash: 'b' });
      const without = (...values: string[]): Expected => ({
        ...expecting(['a', null]),
        absent: { table: 'gone', key: 'hash', values },
      });
      const rows = written([['a', '{}', 1]]);
      expect(await write(without('a', 'b'), rows)).toBe(false);
      expect(await bodies()).toEqual([]);
      expect(await write(without('a', 'c'), rows)).toBe(true);
    });

    it('one statement for several tables inserts the rows that are missing and updates the others', async () => {
      expect(await write(expecting(['a', null]), written([['a', '{}', 1]]))).toBe(true);
      const both = written([
        ['a', 'again', { deep: [2] }],
        ['b', '', null],
      ]);
      expect(await write(expecting(['a', 1], ['b', null]), both)).toBe(true);
      expect(await shownBodies()).toEqual([
        ['a', 'again', '{"deep":[2]}'],
        ['b', '', 'null'],
      ]);
      expect(await ask(database, 'SELECT id, amount FROM counts ORDER BY id')).toEqual([
        { id: 'a', amount: 2 },
        { id: 'b', amount: 1 },
      ]);
    });

    it('one statement for several tables writes nothing when a value differs from the expected one', async () => {
      await write(expecting(['a', null]), written([['a', 'first', 1]]));
      const second: Note = ['a', 'second', 2];
      const third: Note = ['b', 'new', 2];
      const attempts: [Expected, Note[]][] = [
        [expecting(['a', 7], ['b', null]), [second, third]],
        [expecting(['a', null], ['b', null]), [second, third]],
        [expecting(['a', 1], ['b', 1]), [second, third]],
        [expecting(['a', 7], ['b', null]), [third]],
        [expecting(['c', 1], ['b', null]), [third]],
      ];
      for (const [expected, notes] of attempts) expect(await write(expected, written(notes))).toBe(false);
      expect(await shownBodies()).toEqual([['a', 'first', '1']]);
    });

    it('one statement for several tables writes nothing when one of the rows cannot be written', async () => {
      const [counts, notes] = written([['a', 'lost', 1]]);
      const broken = { ...counts, rows: [['a', null]] };
      const attempt = write(expecting(['a', null]), [broken, notes]);
      if (postgres) expect(await attempt).toBe(false);
      else await expect(attempt).rejects.toSatisfy((error) => database.isDataError(error));
      expect(await bodies()).toEqual([]);
    });

    it('one statement for several tables works when the first statements of a connection run at the same time', async () => {
      const ids = Array.from({ length: 20 }, (_, index) => String(index));
      await Promise.all(ids.map((id) => write(expecting([id, null]), written([[id, id, id]]))));
      expect(await bodies()).toHaveLength(20);
    });

    it('one of ten statements that expect the same value writes', async () => {
      await write(expecting(['a', null], ['b', null]), written(['a', 'b'].map((id) => [id, id, id])));
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          write(expecting(['a', 1], ['b', 1]), written(['a', 'b'].map((id) => [id, String(index), index]))),
        ),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      expect(await ask(database, 'SELECT DISTINCT amount FROM counts')).toEqual([{ amount: 2 }]);
    });

    it.runIf(postgres)(
      'a row that was removed while the statement waited is not inserted again',
      async () => {
        const other = openDatabase(place.url);
        await write(expecting(['a', null]), written([['a', 'first', 1]]));
        for (const expected of [expecting(['a', 1]), expecting(['a', null])]) {
          await database.knex('counts').insert({ id: 'a', amount: 1 }).onConflict('id').ignore();
          let waiting: Promise<boolean> | undefined;
          await other.knex.transaction(async (transaction) => {
            await transaction('counts').where({ id: 'a' }).delete();
            waiting = write(expected, written([['a', 'again', 2]]));
            await untilBlocked(database);
          });
          expect(await waiting).toBe(false);
          expect(await ask(database, 'SELECT id FROM counts')).toEqual([]);
        }
        await other.close();
      },
    );

    it.runIf(postgres)(
      'a commit of one statement for several tables is synced even when the server has synchronous_commit = off',
      async () => {
        await database.knex.raw(`ALTER DATABASE ${place.name} SET synchronous_commit = off`);
        await database.knex.raw('CREATE TABLE seen (setting text)');
        await database.knex.raw(
          `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           INSERT INTO seen VALUES (current_setting('synchronous_commit')), (current_setting('lock_timeout'));
           RETURN NULL;
         END $$`,
        );
        // A deferred trigger runs at the commit.
        await database.knex.raw(
          'CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note()',
        );
        const again = openDatabase(place.url);
        await write(expecting(['a', null]), written([['a', 'first', 1]]), again);
        expect(await ask(again, 'SELECT setting FROM seen')).toEqual([{ setting: 'on' }, { setting: '15s' }]);
        expect(await ask(again, 'SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'off' }]);
        await again.close();
      },
    );

    it('one statement for several tables keeps each text of a binary column and of a long column byte for byte', async () => {
      const texts = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed());
      const rows = fc.array(fc.tuple(texts, fc.jsonValue()), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(rows, async (given) => {
          await database.knex('notes').delete();
          await database.knex('counts').delete();
          const notes = given.map(([body, value], index) => [String(index), body, value] as const);
          expect(await write(expecting(...notes.map(([id]) => [id, null] as const)), written(notes))).toBe(
            true,
          );
          expect(await shownBodies()).toEqual(
            notes.map(([id, body, value]) => [id, body, JSON.stringify(value)]),
          );
        }),
      );
    });
  });
}

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Upsert } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { upsertTogether, type Expected } from '../../src/database/sqlite-together.ts';
import { ask } from '../fixtures/ask.ts';
import { engines, type FreshDatabase } from '../fixtures/engines.ts';

const [sqlite] = engines;

/** Rows of two tables: notes with a text as bytes and a value as JSON, and counts that add up. */
function written(notes: readonly (readonly [id: string, body: string, value: unknown])[]): Upsert[] {
  return [
    {
      table: 'notes',
      columns: ['id', 'body', 'value'],
      key: ['id'],
      json: ['value'],
      binary: ['body'],
      rows: notes,
    },
    {
      table: 'counts',
      columns: ['id', 'amount'],
      key: ['id'],
      assign: { amount: ({ stored, incoming }) => `${stored('amount')} + ${incoming('amount')}` },
      rows: notes.map(([id]) => [id, 1]),
    },
  ];
}

function expecting(...rows: Expected['rows'][number][]): Expected {
  return { table: 'counts', key: 'id', column: 'amount', rows };
}

describe('writing to several tables by one statement', () => {
  let place: FreshDatabase;
  let database: Database;

  beforeEach(async () => {
    if (sqlite === undefined) throw new Error('SQLite is always there');
    place = await sqlite.fresh();
    database = openDatabase(place.url);
    await database.knex.raw('CREATE TABLE notes (id text PRIMARY KEY, body blob, value text)');
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
    expect(await upsertTogether(database.knex, 'absent', without('a', 'b'), rows)).toBe(false);
    expect(await database.knex('notes')).toEqual([]);
    expect(await upsertTogether(database.knex, 'absent', without('a', 'c'), rows)).toBe(true);
  });

  it('one statement for several tables inserts the rows that are missing and updates the others', async () => {
    expect(await upsertTogether(database.knex, 'g', expecting(['a', null]), written([['a', '{}', 1]]))).toBe(
      true,
    );
    const both = written([
      ['a', 'again', { deep: [2] }],
      ['b', '', null],
    ]);
    expect(await upsertTogether(database.knex, 'g', expecting(['a', 1], ['b', null]), both)).toBe(true);
    expect(
      await ask(database, 'SELECT id, CAST(body AS TEXT) AS body, value FROM notes ORDER BY id'),
    ).toEqual([
      { id: 'a', body: 'again', value: '{"deep":[2]}' },
      { id: 'b', body: '', value: 'null' },
    ]);
    expect(await ask(database, 'SELECT id, amount FROM counts ORDER BY id')).toEqual([
      { id: 'a', amount: 2 },
      { id: 'b', amount: 1 },
    ]);
  });

  it('one statement for several tables writes nothing when a value differs from the expected one', async () => {
    await upsertTogether(database.knex, 'g', expecting(), written([['a', 'first', 1]]));
    for (const expected of [expecting(['a', 7]), expecting(['a', null]), expecting(['b', 1])]) {
      const rows = written([
        ['a', 'second', 2],
        ['b', 'new', 2],
      ]);
      expect(await upsertTogether(database.knex, 'g', expected, rows)).toBe(false);
    }
    expect(await ask(database, 'SELECT id, CAST(body AS TEXT) AS body FROM notes')).toEqual([
      { id: 'a', body: 'first' },
    ]);
  });

  it('one statement for several tables writes nothing when one of the rows cannot be written', async () => {
    const [notes, counts] = written([['a', 'lost', 1]]) as [Upsert, Upsert];
    const broken = { ...counts, rows: [['a', null]] };
    await expect(upsertTogether(database.knex, 'g', expecting(), [notes, broken])).rejects.toSatisfy(
      (error) => database.isDataError(error),
    );
    expect(await ask(database, 'SELECT id FROM notes')).toEqual([]);
  });

  it('one statement for several tables works when the first statements of a connection run at the same time', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all(
      ids.map((id) => upsertTogether(database.knex, 'g', expecting([id, null]), written([[id, id, id]]))),
    );
    expect(await ask(database, 'SELECT count(*) AS count FROM notes')).toEqual([{ count: 20 }]);
  });

  it('one statement for several tables keeps each text byte for byte, and each value as its JSON', async () => {
    const texts = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed());
    const rows = fc.array(fc.tuple(texts, fc.jsonValue()), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        await database.knex('notes').delete();
        const notes = given.map(([body, value], index) => [String(index), body, value] as const);
        await upsertTogether(database.knex, 'g', expecting(), written(notes));
        const found = await ask<{ body: Uint8Array; value: string }>(
          database,
          'SELECT body, value FROM notes ORDER BY CAST(id AS integer)',
        );
        expect(found.map(({ body, value }) => [Buffer.from(body).toString(), value])).toEqual(
          given.map(([body, value]) => [body, JSON.stringify(value)]),
        );
      }),
    );
  });
});

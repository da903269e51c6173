import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { holdConnection, writeInTurns } from '../../src/database/write-turns.ts';

describe('turns of two connections to one SQLite file', () => {
  let folder: string;
  let database: Database;
  const turns: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jet-turns-'));
    database = openDatabase(`sqlite:${join(folder, 'jet.sqlite')}`);
    await database.knex.raw('CREATE TABLE numbers (number INTEGER NOT NULL)');
    turns.length = 0;
    writeInTurns(database.knex, () => {
      turns.push('begun');
      return Promise.resolve(() => turns.push('ended'));
    });
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  it('a statement waits for a turn, and ends it', async () => {
    await database.knex('numbers').insert({ number: 1 });
    expect(turns).toEqual(['begun', 'ended']);
  });

  it('a statement that fails ends its turn', async () => {
    await expect(database.knex('numbers').insert({ number: null })).rejects.toThrow('NOT NULL');
    expect(turns).toEqual(['begun', 'ended']);
  });

  it('a transaction has one turn, which ends after its commit or rollback', async () => {
    await database.knex.transaction(async (transaction) => {
      await transaction('numbers').insert({ number: 1 });
      await transaction('numbers').insert({ number: 2 });
      expect(turns).toEqual(['begun']);
    });
    await expect(database.knex.transaction(() => Promise.reject(new Error('undone')))).rejects.toThrow(
      'undone',
    );
    expect(turns).toEqual(['begun', 'ended', 'begun', 'ended']);
  });

  it('a held connection lets no statement through until it is released', async () => {
    const release = await holdConnection(database.knex);
    let isDone = false;
    const inserted = database
      .knex('numbers')
      .insert({ number: 1 })
      .then(() => (isDone = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isDone).toBe(false);
    release();
    await inserted;
  });
});

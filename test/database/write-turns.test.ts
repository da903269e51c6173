import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { holdConnection, writeInTurns } from '../../src/database/write-turns.ts';

describe('turns of two connections to one SQLite file', () => {
  let folder: string;
  let database: Database;
  const turns: string[] = [];
  let giveTurn: () => Promise<void>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jet-turns-'));
    database = openDatabase(`sqlite:${join(folder, 'jet.sqlite')}`);
    await database.knex.raw('CREATE TABLE numbers (number INTEGER NOT NULL)');
    turns.length = 0;
    giveTurn = () => Promise.resolve();
    writeInTurns(database.knex, async () => {
      await giveTurn();
      turns.push('begun');
      return () => turns.push('ended');
    });
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  it('a statement waits for a turn, and ends it', async () => {
    let give = (): void => undefined;
    giveTurn = () => new Promise((resolve) => (give = resolve));
    const inserted = database
      .knex('numbers')
      .insert({ number: 1 })
      .then(() => turns.push('inserted'));
    await sleep(200);
    expect(turns).toEqual([]);
    give();
    await inserted;
    expect(turns).toEqual(['begun', 'ended', 'inserted']);
  });

  it('a turn that cannot be asked for leaves the connection to the next statement', async () => {
    giveTurn = () => Promise.reject(new Error('no turn'));
    await expect(database.knex('numbers').insert({ number: 1 })).rejects.toThrow('no turn');
    giveTurn = () => Promise.resolve();
    await database.knex('numbers').insert({ number: 1 });
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
    await sleep(200);
    expect(isDone).toBe(false);
    release();
    await inserted;
  });
});

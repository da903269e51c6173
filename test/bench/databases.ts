import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import knexFactory, { type Knex } from 'knex';

/** Creates empty databases for the ratios. */
export interface Databases {
  readonly title: string;
  /** @returns the URL of a new database */
  create(name: string): Promise<string>;
}

/** Files, each in its own folder, because a kit keeps more files beside its store. The caller removes `folder`. */
export function sqliteDatabases(folder: string): Databases {
  return {
    title: 'SQLite',
    create(name) {
      const own = join(folder, name);
      mkdirSync(own, { recursive: true });
      return Promise.resolve(`sqlite:${join(own, 'jet.sqlite')}`);
    },
  };
}

/** Databases on a PostgreSQL server, until they are removed. */
export function postgresDatabases(serverUrl: string): Databases & { remove(): Promise<void> } {
  const made: string[] = [];
  const run = async (work: (knex: Knex) => Promise<unknown>): Promise<void> => {
    const knex = knexFactory({ client: 'pg', connection: serverUrl });
    try {
      await work(knex);
    } finally {
      await knex.destroy();
    }
  };
  return {
    title: 'PostgreSQL',
    async create(name) {
      const database = `jet_bench_${name}_${randomBytes(6).toString('hex')}`;
      await run((knex) => knex.raw(`CREATE DATABASE ${database}`));
      made.push(database);
      const url = new URL(serverUrl);
      url.pathname = `/${database}`;
      return url.href;
    },
    remove: async () => {
      if (made.length === 0) return;
      await run(async (knex) => {
        for (const database of made.splice(0)) await knex.raw(`DROP DATABASE ${database} WITH (FORCE)`);
      });
    },
  };
}

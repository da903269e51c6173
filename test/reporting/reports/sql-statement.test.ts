import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import { plainSql, runnableSql, sql } from '../../../src/reporting/reports/sql-statement.ts';
import { ask } from '../../fixtures/ask.ts';
import { engines, type FreshDatabase } from '../../fixtures/engines.ts';

describe('a statement', () => {
  it('a statement binds each value, and takes parts of SQL unchanged', () => {
    const condition = sql`name = ${"O'Brien"}`;
    expect(sql`SELECT ${plainSql('a, b')} FROM c WHERE ${condition} AND d = ${'x'}`).toEqual({
      text: 'SELECT a, b FROM c WHERE name = ? AND d = ?',
      values: ["O'Brien", 'x'],
    });
  });
});

const hostile = [
  'Sales',
  "O'Brien's; DROP TABLE jet_calls --",
  'a?b ?? $1 :name',
  `back\\slash \\' quote "double" \`tick\``,
  'turned \u202ewriting, \u200bunseen and\na line\tand a tab',
  'ü 漢字 😀',
  '',
];

for (const engine of engines) {
  describe.skipIf(!engine.given)(`a statement with its values written into it, on ${engine.title}`, () => {
    let fresh: FreshDatabase;
    let database: Database;
    beforeAll(async () => {
      fresh = await engine.fresh();
      database = openDatabase(fresh.url);
    });
    afterAll(async () => {
      await database.close();
      await fresh.drop();
    });

    it.each(hostile)('a statement with its values written into it keeps the text %j', async (text) => {
      const written = runnableSql(sql`SELECT ${text} AS said`, database.dialect);
      // For servers, knex would read a question mark as a value.
      const [row] = await ask(
        database,
        engine.dialect === 'sqlite' ? written : written.replaceAll('?', '\\?'),
      );
      expect(row).toEqual({ said: text });
      expect(written).toMatch(/^[^\p{C}]*$/u);
    });
  });
}

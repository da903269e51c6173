import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { engines } from '../../fixtures/engines.ts';
import { startConsole, type ConsoleUnderTest } from '../console-under-test.ts';
import { plainText, startReportedConsole } from './reported-console.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks for a report and for an export, and closes the console. */
async function answersOf(shown: ConsoleUnderTest): Promise<Answer[]> {
  try {
    const operator = await shown.signedIn();
    const pages = [
      await operator.get('/console/reports/missed'),
      await operator.get('/console/reports/missed/calls.csv'),
    ];
    expect((await operator.get('/console/reports')).status).toBe(200);
    return pages.map(({ status, text }) => ({ status, text: plainText(text) }));
  } finally {
    await shown.close();
  }
}

const sentence = (status: number, text: string): unknown => ({
  status,
  text: expect.stringContaining(text) as unknown,
});

describe('a report', () => {
  it('a report says that the reporting table is not enabled', async () => {
    const answers = await answersOf(
      await startConsole({ settings: { ADAPTERS: 'hubspot', HUBSPOT_ACCESS_TOKEN: 'token-of-the-tests' } }),
    );
    const says = sentence(404, 'The reports need the reporting table, and ADAPTERS does not name "sql".');
    expect(answers).toEqual([says, says]);
  });

  it('a report says that the reporting database is not there yet', async () => {
    const answers = await answersOf(await startConsole());
    const says = sentence(503, 'The reporting database is not there yet.');
    expect(answers).toEqual([says, says]);
  });

  it('a report says that the views of this version are missing', async () => {
    const file = join(tmpdir(), `jet-empty-${process.pid}.sqlite`);
    writeFileSync(file, '');
    try {
      const answers = await answersOf(
        await startConsole({ settings: { REPORTING_DATABASE_URL: `sqlite:${file}` } }),
      );
      const says = sentence(503, 'The reporting database lacks some views of this version.');
      expect(answers).toEqual([says, says]);
    } finally {
      for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
    }
  });

  it('a report says that the database does not answer, with its code and without its address', async () => {
    const url = 'postgres://secret-user:secret-word@127.0.0.1:1/none';
    const answers = await answersOf(await startConsole({ settings: { REPORTING_DATABASE_URL: url } }));
    const says = sentence(
      503,
      'The reporting database cannot be reached, or the report took too long (ECONNREFUSED).',
    );
    expect(answers).toEqual([says, says]);
    expect(answers.map(({ text }) => text).join()).not.toMatch(/secret-user|secret-word/);
  });

  it('a report is there again when the database is', async () => {
    const [sqlite] = engines;
    if (sqlite === undefined) throw new Error('SQLite is always there');
    const shown = await startReportedConsole(sqlite);
    try {
      const operator = await shown.signedIn();
      await shown.reporting.knex.raw('ALTER TABLE jet_reporting_migrations RENAME TO elsewhere');
      expect((await operator.get('/console/reports/services')).status).toBe(503);
      await shown.reporting.knex.raw('ALTER TABLE elsewhere RENAME TO jet_reporting_migrations');
      expect((await operator.get('/console/reports/services')).status).toBe(200);
    } finally {
      await shown.close();
    }
  });
});

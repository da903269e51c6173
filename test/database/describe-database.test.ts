import { describe, expect, it } from 'vitest';
import { describeDatabase } from '../../src/database/describe/describe-database.ts';
import { mysqlQuestions } from '../../src/database/describe/mysql-questions.ts';
import { postgresQuestions } from '../../src/database/describe/postgres-questions.ts';
import type { Answer, DatabaseFact, Question } from '../../src/database/describe/question.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore } from '../fixtures/fresh-store.ts';

/** What the questions make of these values. A question without values is not answered, as by a server that refuses it. */
function factsOf(questions: readonly Question[], answer: Answer): DatabaseFact[] {
  const named = (columns: string): boolean =>
    [...columns.matchAll(/ AS (\w+)/g)].some(([, name = '']) => name in answer);
  return questions
    .map(({ columns, tell }) => tell(named(columns) ? answer : {}))
    .filter((fact) => fact !== undefined);
}

const right: Answer = { fsync: 'on', pages: 'on', commits: 'on' };

describe('what a database says about itself', () => {
  for (const engine of engines)
    it.runIf(engine.given)(`a database names its engine and version, on ${engine.title}`, async () => {
      const fresh = await openFreshStore(engine);
      const facts = await describeDatabase(fresh.store.writer);
      expect(facts.map(({ message }) => message).join(' ')).toMatch(
        /SQLite \d|PostgreSQL \d|MariaDB \d|MySQL \d/,
      );
      await fresh.close();
    });

  it.runIf(engines[1]?.given)('a direct connection to PostgreSQL has no pooler', async () => {
    const [, postgres] = engines;
    if (postgres === undefined) return;
    const fresh = await openFreshStore(postgres);
    expect(await describeDatabase(fresh.store.writer)).toContainEqual({
      message: 'The connection goes to the server without a pooler.',
    });
    await fresh.close();
  });

  it.each<[string, readonly Question[], Answer, string | undefined]>([
    ['without a standby', postgresQuestions, { names: '', standbys: 0 }, undefined],
    ['not waited for', postgresQuestions, { names: '', standbys: 1 }, 'Set synchronous_standby_names'],
    ['missing', postgresQuestions, { names: 'ANY 1 (*)', standbys: 0 }, 'Start the standby'],
    ['synced', postgresQuestions, { names: 'ANY 1 (*)', standbys: 1, commits: 'on' }, undefined],
    [
      'not synced',
      postgresQuestions,
      { names: '*', standbys: 1, commits: 'local' },
      'synchronous_commit = on',
    ],
    ['safe settings', postgresQuestions, right, undefined],
    ['an overridden setting', postgresQuestions, { ...right, commits: 'off' }, undefined],
    ['torn pages', postgresQuestions, { ...right, pages: 'off' }, 'full_page_writes = on'],
    ['no autovacuum', postgresQuestions, { autovacuum: 'off' }, 'autovacuum = on'],
    ['a replica', mysqlQuestions, { replicas: '1', waits: 1 }, undefined],
    [
      'a replica, not waited for',
      mysqlQuestions,
      { replicas: '1', waits: 0 },
      'rpl_semi_sync_master_enabled',
    ],
    ['a whole cluster', mysqlQuestions, { size: '3', syncWait: 1, isOn: 1 }, undefined],
    ['a cluster without waits', mysqlQuestions, { size: '3', syncWait: 0, isOn: 1 }, 'wsrep_sync_wait = 1'],
    ['a cluster of two', mysqlQuestions, { size: '2', syncWait: 1, isOn: 1 }, 'arbitrator'],
    ['an unsynced log', mysqlQuestions, { binlog: 0, isLogged: 1 }, 'sync_binlog = 1'],
    ['torn pages', mysqlQuestions, { flush: 1, doublewrite: 0 }, 'innodb_doublewrite = ON'],
    ['safe settings', mysqlQuestions, { flush: 1, doublewrite: 'ON' }, undefined],
  ])(
    'a fact about a database has a remedy only when it is not right: %s',
    (_title, questions, answer, remedy) => {
      const remedies = factsOf(questions, answer).flatMap((fact) => fact.remedy ?? []);
      if (remedy === undefined) expect(remedies).toEqual([]);
      else expect(remedies).toEqual([expect.stringContaining(remedy)]);
    },
  );
});

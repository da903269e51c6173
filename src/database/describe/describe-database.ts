import type { Database, DialectName } from '../database.ts';
import { findDurabilityFault } from '../durability.ts';
import { findWriteFault } from '../write-fault.ts';
import { findPooling } from './find-pooling.ts';
import { mysqlQuestions } from './mysql-questions.ts';
import { postgresQuestions } from './postgres-questions.ts';
import type { Answer, DatabaseFact, Question } from './question.ts';
import { sqliteQuestions } from './sqlite-questions.ts';

/**
 * Asks a database about itself: engine, version, replication, encryption, pooler, and whether it keeps committed
 * data. If one question gets no answer, the others are still asked.
 */
export async function describeDatabase(database: Database): Promise<DatabaseFact[]> {
  const ask = async (columns: string): Promise<Answer> =>
    (await database.knex.first<Answer>(database.knex.raw(columns)).catch(() => undefined)) ?? {};
  const writeFault = await findWriteFault(database).catch(() => undefined);
  const facts: (DatabaseFact | undefined)[] = [
    writeFault === undefined
      ? undefined
      : {
          message: writeFault,
          remedy: 'Promote this server, or let the address of the database lead to the primary.',
        },
  ];
  for (const { columns, tell } of questionsOf[database.dialect]) facts.push(tell(await ask(columns)));
  facts.push(await findDurabilityFault(database), ...(await findPooling(database)));
  return facts.filter((fact) => fact !== undefined);
}

const questionsOf: Readonly<Record<DialectName, readonly Question[]>> = {
  sqlite: sqliteQuestions,
  postgres: postgresQuestions,
  mysql: mysqlQuestions,
};

import { join } from 'node:path';
import { describeAdapterContract } from '../../../test/adapter-kit/describe-adapter-contract.ts';
import { openSqlStandIn, sqlFaults } from './sql-stand-in.ts';
import { engines } from '../../../test/fixtures/engines.ts';
import { sql } from '../index.ts';

for (const engine of engines.filter(({ given }) => given)) {
  describeAdapterContract(
    {
      definition: sql,
      folder: join(import.meta.dirname, '..'),
      sampleSettings: { REPORTING_DATABASE_URL: 'sqlite:./data/sample.sqlite' },
      faults: sqlFaults[engine.dialect],
      comparesRevisions: true,
      // The table requires a direction, and this call has none.
      unacceptable: (call) => ({ ...call, direction: undefined as never }),
      openStandIn: () => openSqlStandIn(engine),
    },
    `sql on ${engine.title}`,
  );
}

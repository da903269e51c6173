import { renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, readDelivery } from '../fixtures/fresh-store.ts';
import { runWorker, storeCalls } from '../fixtures/running-worker.ts';
import { scriptedAdapter } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

const [sqlite] = engines;

it('the worker delivers nothing while the file of the store is missing, and everything when it is back', async () => {
  if (sqlite === undefined) throw new Error('SQLite is always there');
  const fresh = await openFreshStore(sqlite, ['crm']);
  const file = fresh.store.writer.file ?? '';
  const adapter = scriptedAdapter();
  const worker = runWorker(fresh.store, adapter);
  renameSync(file, `${file}.away`);
  await storeCalls(fresh.store, ['one', 'two']);
  worker.wake();
  await sleep(300);
  expect(adapter.batches).toEqual([]);
  renameSync(`${file}.away`, file);
  await until(async () => {
    expect(await readDelivery(fresh.store, 'crm', 'one')).toMatchObject({ state: 'delivered' });
    expect(await readDelivery(fresh.store, 'crm', 'two')).toMatchObject({ state: 'delivered' });
  });
  await worker.stop(1_000);
  await fresh.close();
});

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { inboundBodies } from '../../../test/fixtures/pushes.ts';
import { inFolder } from '../../../test/fixtures/receiver-process.ts';
import { startSalesforceStandIn } from './stand-in/salesforce-stand-in.ts';

const header = { name: 'x-jet-key', value: 'the-value-of-the-header-in-this-test' };

describe('a receiver that is killed', () => {
  it.each(['field', 'callobject'])(
    'a receiver that is killed before the answer to a create came makes no second task (SALESFORCE_KEY=%s)',
    async (key) => {
      const org = await startSalesforceStandIn(
        key === 'callobject' ? { missingFields: ['Task.Jet_Call_Session_Id__c'] } : {},
      );
      onTestFinished(() => org.close());
      await inFolder(async (start, folder) => {
        const settings = {
          ADAPTERS: 'salesforce',
          SALESFORCE_LOGIN_URL: org.url,
          SALESFORCE_CLIENT_ID: org.clientId,
          SALESFORCE_CLIENT_SECRET: org.clientSecret,
          SALESFORCE_KEY: key,
          WEBHOOK_HEADER_NAME: header.name,
          WEBHOOK_HEADER_VALUE: header.value,
        };
        const first = start(settings);
        const url = await first.ready();
        org.stage({ name: 'headers then silence' }, { on: 'create' });
        const answer = await fetch(`${url}/webhooks/jet`, {
          method: 'POST',
          headers: { [header.name]: header.value, 'content-type': 'application/json' },
          body: JSON.stringify(inboundBodies('call-1').end),
        });
        expect(answer.status).toBe(200);
        while (org.records('Task').length === 0) await sleep(20);
        first.child.kill('SIGKILL');
        await first.exited;

        const store = openDatabase(`sqlite:${join(folder, 'data/jet.sqlite')}`);
        onTestFinished(() => store.close());
        const delivery = () => store.knex('deliveries').first<Record<string, unknown>>('state', 'remote_id');
        expect(await delivery()).toMatchObject({ state: 'due', remote_id: null });
        // The clock is a minute ahead, so the lease of the killed process has expired.
        await store.knex('destinations').update({ lease_until: 0 });

        await start(settings).ready();
        while ((await delivery()).state !== 'delivered') await sleep(50);
        const tasks = org.records('Task');
        expect(tasks).toMatchObject([{ CallObject: 'jet:call-1', Status: 'Completed' }]);
        expect(await delivery()).toMatchObject({ remote_id: tasks[0]?.Id });
      });
    },
  );
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createClient } from '../client.ts';
import { configSchema } from '../config.ts';

const done = (referenceId: string, id: string) => ({
  referenceId,
  httpStatusCode: 201,
  body: { id, success: true, errors: [] },
});

/** An org that answers each composite request with these. */
async function clientOf(compositeResponse: readonly unknown[]) {
  const server = createServer((request, response) => {
    const url = `http://${request.headers.host ?? ''}`;
    const token = { access_token: 't', instance_url: url, id: `${url}/id/00D/005` };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url?.includes('token') === true ? token : { compositeResponse }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const config = configSchema.parse({
    SALESFORCE_LOGIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    SALESFORCE_CLIENT_ID: 'id',
    SALESFORCE_CLIENT_SECRET: 'not-a-secret',
  });
  return createClient(config, Date.now, () => undefined);
}

const steps = [
  { name: 'lead0', object: 'Lead', fields: {} },
  { name: 'task0_0', object: 'Task', fields: {} },
] as const;

it('what came of each step is read by its name, in whatever order they are answered', async () => {
  const client = await clientOf([done('task0_0', '00T1'), done('lead0', '00Q1')]);
  const results = await client.composite(steps, AbortSignal.timeout(5_000));
  expect(results.get('lead0')).toEqual({ success: true, id: '00Q1' });
  expect(results.get('task0_0')).toEqual({ success: true, id: '00T1' });
});

it('an answer that leaves out a step is none', async () => {
  const client = await clientOf([done('lead0', '00Q1'), done('lead0', '00Q1')]);
  await expect(client.composite(steps, AbortSignal.timeout(5_000))).rejects.toThrow('cannot be read');
});

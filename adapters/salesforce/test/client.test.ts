import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createClient } from '../client.ts';
import { configSchema } from '../config.ts';

/** Starts an org that answers each write with this body. */
async function clientOf(answer: unknown) {
  const server = createServer((request, response) => {
    const url = `http://${request.headers.host ?? ''}`;
    const token = { access_token: 't', instance_url: url, id: `${url}/id/00D/005` };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url?.includes('token') === true ? token : answer));
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

it('the results of records are read in the order in which they were sent', async () => {
  const refused = { success: false, errors: [{ statusCode: 'A', message: 'b', fields: ['C'] }] };
  const client = await clientOf([{ success: true, id: '00Q1', errors: [] }, refused]);
  const results = await client.create('Lead', [{}, {}], new AbortController().signal);
  expect(results).toMatchObject([
    { success: true, id: '00Q1' },
    { success: false, errors: [{ code: 'A', message: 'b', fields: ['C'] }] },
  ]);
});

it('an answer without one of the records is not accepted', async () => {
  const client = await clientOf([{ success: true, id: '00Q1', errors: [] }]);
  const sent = client.create('Lead', [{}, {}], new AbortController().signal);
  await expect(sent).rejects.toThrow('cannot be read');
});

const step = (referenceId: string, id: string) => ({
  referenceId,
  httpStatusCode: 201,
  body: { id, success: true, errors: [] },
});

it('the results of steps are read by name, in any order', async () => {
  const client = await clientOf({ compositeResponse: [step('step1', '00Q2'), step('step0', '00Q1')] });
  const results = await client.createEach('Lead', [{}, {}], new AbortController().signal);
  expect(results).toEqual([
    { success: true, id: '00Q1' },
    { success: true, id: '00Q2' },
  ]);
});

it('an answer without one of the steps is not accepted', async () => {
  const client = await clientOf({ compositeResponse: [step('step0', '00Q1'), step('step0', '00Q1')] });
  const sent = client.createEach('Lead', [{}, {}], new AbortController().signal);
  await expect(sent).rejects.toThrow('cannot be read');
});

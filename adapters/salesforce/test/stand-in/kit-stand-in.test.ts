import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../../../test/adapter-kit/subject.ts';
import { getToken, send, type Reply } from './connect.ts';
import { kitStandIn, type KitStandInOptions } from './kit-stand-in.ts';

async function open(options: KitStandInOptions = {}) {
  const standIn = await kitStandIn(options);
  onTestFinished(() => standIn.close());
  const {
    SALESFORCE_LOGIN_URL: url = '',
    SALESFORCE_CLIENT_ID: clientId = '',
    SALESFORCE_CLIENT_SECRET: clientSecret = '',
  } = standIn.settings;
  const token = () => getToken({ url, clientId, clientSecret });
  const { access_token: first } = (await token()).body as { access_token: string };
  const create = (keys: string[], signal: AbortSignal | null = null): Promise<Reply> =>
    send(`${url}/services/data/v62.0/composite/sobjects`, {
      method: 'POST',
      headers: { authorization: `Bearer ${first}`, 'content-type': 'application/json' },
      signal,
      body: JSON.stringify({
        records: keys.map((key) => ({
          attributes: { type: 'Task' },
          Subject: 'Call',
          CallDurationInSeconds: 5,
          Jet_Call_Session_Id__c: key,
        })),
      }),
    });
  const landed = async (): Promise<string[]> => (await standIn.records()).map(({ key }) => key);
  return { standIn, token, create, landed };
}

describe('the stand-in of the kit', () => {
  it('the stand-in Salesforce returns the landed records by the idempotency key', async () => {
    const { standIn, create } = await open();
    const [{ id = '' } = {}] = (await create(['k1'])).body as { id?: string }[];
    expect(await standIn.records()).toEqual([
      {
        key: 'k1',
        remoteId: id,
        durationSeconds: 5,
        shown: {
          Subject: 'Call',
          CallDurationInSeconds: 5,
          Jet_Call_Session_Id__c: 'k1',
          Status: 'Not Started',
          Priority: 'Normal',
          TaskSubtype: 'Task',
        },
      },
    ]);
  });

  it('the stand-in Salesforce finds the key in Call Object when the key field is not deployed', async () => {
    const { landed } = await open({ prepare: (org) => void org.add('Task', { CallObject: 'jet:k1' }) });
    expect(await landed()).toEqual(['k1']);
  });

  it.each<[Fault, number]>([
    [{ name: 'refused credentials' }, 401],
    [{ name: 'a request to slow down', retryAfterMs: 7_000 }, 429],
    [{ name: 'a server error' }, 503],
  ])('the stand-in Salesforce stages %j as long as requested', async (fault, status) => {
    const { standIn, create, landed, token } = await open();
    await standIn.stage(fault);
    expect(await create(['k1'])).toMatchObject({ status });
    expect(await token()).toMatchObject({ status: status === 401 ? 400 : status });
    expect(await create(['k1'])).toMatchObject({ status });
    expect(await landed()).toEqual([]);
    await standIn.stage(undefined);
    expect(await create(['k1'])).toMatchObject({ status: 200 });
  });

  it('the stand-in Salesforce names the pause', async () => {
    const { standIn, create } = await open();
    await standIn.stage({ name: 'a request to slow down', retryAfterMs: 7_000 });
    expect((await create(['k1'])).headers.get('retry-after')).toBe('7');
  });

  it.each<[Fault, string[]]>([
    [{ name: 'silence' }, []],
    [{ name: 'a reply lost after the write' }, ['k1']],
    [{ name: 'slowness', delayMs: 5_000 }, []],
  ])('the stand-in Salesforce stages %j, without an answer', async (fault, left) => {
    const { standIn, create, landed } = await open();
    await standIn.stage(fault);
    await expect(create(['k1'], AbortSignal.timeout(500))).rejects.toThrow();
    expect(await landed()).toEqual(left);
  });

  it('the stand-in Salesforce refuses one record by its key and accepts the others', async () => {
    const { standIn, create, landed } = await open();
    await standIn.stage({ name: 'one refused record', key: 'k2', callId: 'call 2' });
    const { body } = await create(['k1', 'k2', 'k3']);
    expect(body).toMatchObject([
      { success: true },
      { success: false, errors: [{ statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' }] },
      { success: true },
    ]);
    expect(await landed()).toEqual(['k1', 'k3']);
  });
});

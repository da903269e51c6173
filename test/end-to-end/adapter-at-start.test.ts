import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/read-settings.ts';
import { contractVersion, defineAdapter, AdapterMisconfigured, z } from '../../src/contract/index.ts';
import { AdapterNotMade } from '../../src/app/destination-adapter.ts';
import { createLogger } from '../../src/app/logger.ts';
import { startReceiver, type Receiver } from '../../src/app/receiver.ts';
import { takeToken } from '../fixtures/receiver-process.ts';
import { capabilities, scriptedAdapter } from '../fixtures/scripted-adapter.ts';
import { until } from '../fixtures/until.ts';

let folder: string;
let receiver: Receiver | undefined;
let nowMs: number;
let fault: Error | undefined;
const landing = scriptedAdapter();

/** An adapter that cannot be created during a fault. */
const crm = defineAdapter({
  ...{ name: 'crm', contractVersion, capabilities, secrets: [], configSchema: z.object({}) },
  preview: ({ id }) => id,
  create() {
    if (fault !== undefined) throw fault;
    return landing;
  },
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jet-adapter-start-'));
  nowMs = Date.now();
});
afterEach(async () => {
  await receiver?.close();
  receiver = undefined;
  rmSync(folder, { recursive: true });
});

async function start(): Promise<Receiver> {
  const url = `sqlite:${join(folder, 'jet.sqlite')}`;
  const settings = readSettings({ PORT: '0', CONSOLE_PORT: '0', ADAPTERS: 'crm', DATABASE_URL: url }, [crm]);
  receiver = await startReceiver(settings, [crm], createLogger('silent'), { clock: () => nowMs });
  return receiver;
}

describe('a start with an adapter', () => {
  it('a start with refused settings of an adapter accepts pushes, shows why it is paused, and lands them after the fix', async () => {
    fault = new AdapterMisconfigured('The key file is empty.', 'Give another key file.');
    const { server, firstStart } = await start();
    if (firstStart === undefined) throw new Error('The first start made no client');
    const { token } = await takeToken(server.url, firstStart);
    const push = await fetch(`${server.url}/webhooks/jet`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"callsessionid":"early"}',
    });
    expect(push.status).toBe(200);
    const paused = { reason: 'The key file is empty.', remedy: 'Give another key file.' };
    await until(async () =>
      expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({
        status: 'ready',
        paused: [{ destination: 'crm', ...paused }],
      }),
    );
    fault = undefined;
    nowMs += 120_000;
    await until(() => expect([...landing.landed.keys()]).toEqual(['early']));
  });

  it('a start whose adapter fails for another reason ends with its name and a remedy, and the next start makes the first client', async () => {
    fault = new TypeError('client.open is not a function');
    const failed = await start().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(AdapterNotMade);
    expect(failed).toMatchObject({
      message: 'The adapter crm could not be made: client.open is not a function',
      remedy: 'Fix the adapter in adapters/crm, or remove it from ADAPTERS.',
    });
    fault = undefined;
    const { server, firstStart } = await start();
    if (firstStart === undefined) throw new Error('The client was made by the start that failed');
    expect(await takeToken(server.url, firstStart)).toMatchObject({ status: 200 });
  });
});

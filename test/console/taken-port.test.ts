import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { examineConsole } from '../../src/cli/doctor/examine-console.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let another: Server;
let receiver: RunningReceiver;
let port: string;

beforeAll(async () => {
  another = createServer((_request, response) => response.end('Another program'));
  await new Promise<void>((resolve) => another.listen(0, '127.0.0.1', resolve));
  port = String((another.address() as AddressInfo).port);
  receiver = await startRunningReceiver({ settings: { CONSOLE_PORT: port } });
});
afterAll(async () => {
  await receiver.close();
  await new Promise((resolve) => another.close(resolve));
});

describe('a port of the console that another program has', () => {
  it('a port of the console that another program has does not keep the receiver from taking pushes', async () => {
    expect(receiver.console).toBeUndefined();
    expect((await receiver.push({ callsessionid: 'one' })).status).toBe(200);
  });

  it('the log names a port of the console that another program has, with what to do', () => {
    const line = receiver.logLines.find((one) => one.includes('The console could not be started'));
    expect(line).toContain(`"port":${port}`);
    expect(line).toContain('Set CONSOLE_PORT to a free port');
  });

  it('the doctor names a port of the console that another program has', async () => {
    const { core } = readSettings({ CONSOLE_PORT: port, DATABASE_URL: 'sqlite:nowhere.sqlite' }, adapters);
    const [finding] = await examineConsole(core);
    expect(finding?.level).toBe('warning');
    expect(finding?.message).toContain(`Another program answers on http://127.0.0.1:${port}`);
  });
});

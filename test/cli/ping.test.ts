import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { builtCommand } from '../fixtures/built-command.ts';
import {
  readFirstStart,
  receiverEnvironment,
  startProcess,
  takeToken,
  type ReceiverProcess,
} from '../fixtures/receiver-process.ts';
import { missingForProxy, startTlsProxy, type TlsProxy } from '../fixtures/tls-proxy.ts';

if (missingForProxy.length > 0)
  console.info(`Not tested here: npm run ping through TLS (no ${missingForProxy.join(', no ')})`);

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runPing(
  folder: string,
  settings: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Result> {
  return new Promise((resolve) => {
    const [program, file] = builtCommand('ping');
    const options = { cwd: folder, env: receiverEnvironment(settings) };
    const child = execFile(program, [file, ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** Everything that a test call could have left behind. */
async function remainsIn(folder: string): Promise<unknown[]> {
  const found: unknown[] = [];
  const look = async (file: string, table: string, column: string, pattern: string): Promise<void> => {
    const database = openDatabase(`sqlite:${join(folder, 'data', file)}`, 'inspect');
    try {
      const rows: unknown[] = await database.knex(table).where(column, 'like', pattern).select(column);
      found.push(...rows);
    } finally {
      await database.close();
    }
  };
  const id = 'jet-receiver-ping-%';
  await look('jet.sqlite', 'calls', 'id', id);
  await look('jet.sqlite', 'pushes', 'call_id', id);
  await look('jet.sqlite', 'deliveries', 'call_id', id);
  await look('jet.sqlite', 'oauth_clients', 'name', '%ping%');
  await look('reporting.sqlite', 'jet_calls', 'call_id', id);
  return found;
}

describe.skipIf(missingForProxy.length > 0)(
  'npm run ping through nginx with TLS, beside an enabled CRM',
  () => {
    let folder: string;
    let proxy: TlsProxy;
    let crm: Server;
    let receiver: ReceiverProcess;
    let settings: Record<string, string>;
    const seenByCrm: string[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'jet-ping-'));
      proxy = await startTlsProxy();
      crm = createServer((request, response) => {
        let body = '';
        request.setEncoding('utf8').on('data', (part: string) => (body += part));
        request.on('end', () => {
          seenByCrm.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`);
          response.writeHead(200, { 'content-type': 'application/json' }).end('{"results":[]}');
        });
      });
      await new Promise<void>((resolve) => crm.listen(0, '127.0.0.1', resolve));
      settings = {
        ...{ PORT: proxy.receivers[0], PUBLIC_URL: proxy.url, TRUST_PROXY: 'loopback' },
        ...{ ADAPTERS: 'sql,hubspot', HUBSPOT_ACCESS_TOKEN: 'pat-na1-0000-0000', CONSOLE_PORT: '0' },
        HUBSPOT_BASE_URL: `http://127.0.0.1:${(crm.address() as AddressInfo).port}`,
        ...{ NODE_EXTRA_CA_CERTS: proxy.certificate, CONSOLE_PASSWORD: 'console-password-of-the-tests' },
      };
      receiver = startProcess(folder, settings);
      await receiver.ready();
    });
    afterAll(async () => {
      receiver.child.kill('SIGTERM');
      await receiver.exited;
      await proxy.stop();
      crm.closeAllConnections();
      await new Promise((resolve) => crm.close(resolve));
      await rm(folder, { recursive: true, force: true });
    });

    it('npm run ping shows each step with its time, leaves nothing behind, and sends the CRM nothing', async () => {
      // An ordinary call makes the receiver ask the CRM, so the test could see the other one there.
      const url = `http://127.0.0.1:${proxy.receivers[0]}`;
      const { token } = await takeToken(url, await readFirstStart(folder));
      await fetch(`${url}/webhooks/jet/call-end`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"callsessionid":"ordinary","originnumber":"0491 570 157","phonenumber":"1300 975 707","duration":9}',
      });
      await expect.poll(() => seenByCrm.length).toBeGreaterThan(0);

      const { code, stdout, stderr } = await runPing(folder, settings);
      expect([stderr, code]).toEqual(['', 0]);
      const steps = ['name', 'TLS', 'issuer', 'token', 'push', 'landed', 'removed'];
      expect([...stdout.matchAll(/^ok +\d+ ms {2}(\w+)/gm)].map(([, step]) => step)).toEqual(steps);
      expect(stdout).toMatch(/TLSv1\.[23], and the certificate is valid for 1 more day$/m);
      expect(stdout).toMatch(/^The test took \d+ ms\.$/m);
      expect(await remainsIn(folder)).toEqual([]);
      expect(seenByCrm.filter((seen) => /jet-receiver-ping|491 ?570 ?006/.test(seen))).toEqual([]);
    });

    it('npm run ping says that the certificate is not valid where this machine does not trust it', async () => {
      const { code, stdout } = await runPing(folder, { ...settings, NODE_EXTRA_CA_CERTS: '' });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^fault .*TLS .*(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/m);
      expect(stdout).toContain('The certificate is not valid');
      expect(await remainsIn(folder)).toEqual([]);
    });

    it('npm run ping says that the address belongs to a receiver with another PUBLIC_URL', async () => {
      const { code, stdout } = await runPing(folder, settings, [
        '--url',
        `http://127.0.0.1:${proxy.receivers[0]}`,
      ]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^fault .*issuer .*calls itself https:\/\/localhost/m);
    });

    it('npm run ping says that a name has no address', async () => {
      const { code, stdout } = await runPing(folder, settings, ['--url', 'https://nothing.invalid']);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^fault .*name .*nothing\.invalid has no address/m);
      expect(stdout).toContain('DNS');
    });

    it('npm run ping refuses an invalid address and an invalid wait', async () => {
      expect(await runPing(folder, settings, ['--url', 'calls'])).toMatchObject({ code: 2 });
      expect(await runPing(folder, settings, ['--wait', 'long'])).toMatchObject({ code: 2 });
    });
  },
);

describe('npm run ping beside a receiver that delivers nothing', () => {
  it('npm run ping says that a receiver delivers nothing, and still removes the call', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-ping-'));
    const settings = { CONSOLE_PORT: '0', CONSOLE_PASSWORD: 'console-password-of-the-tests' };
    // The first process makes the reporting table, and the second delivers nothing.
    const first = startProcess(folder, settings);
    await first.ready();
    first.child.kill('SIGTERM');
    await first.exited;
    const receiver = startProcess(folder, { ...settings, ROLE: 'receive' });
    try {
      const url = await receiver.ready();
      const { code, stdout } = await runPing(folder, settings, ['--url', url, '--wait', '1']);
      expect(stdout).toMatch(/^fault .*landed .*no process delivers to sql/m);
      expect(stdout).toMatch(/^ok .*removed/m);
      expect(code).toBe(1);
      expect(await remainsIn(folder)).toEqual([]);
    } finally {
      receiver.child.kill('SIGKILL');
      await receiver.exited;
      await rm(folder, { recursive: true, force: true });
    }
  });
});

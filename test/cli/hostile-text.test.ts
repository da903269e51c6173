import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { createClient } from '../../src/auth/clients.ts';
import { registerDestinations } from '../../src/store/destinations.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { quarantineBody, readQuarantine } from '../../src/store/quarantine.ts';
import { openStore } from '../../src/store/store.ts';
import { createLogger } from '../../src/app/logger.ts';
import { naughtyStrings } from '../fixtures/corpora.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { makeCommandFolder, type CommandFolder, type CommandResult } from '../fixtures/run-command.ts';

const orders = [
  '\u001b[2J\u001b]0;title\u0007\u001b[31m',
  '\u009b31m\u0085\u007f\b',
  '\r\nFORGED: all is well\rFORGED',
  '\u2028FORGED\u2029FORGED\v\f',
  '\u202e\u2066\u2067\u061c\u200f',
  '\u200b\u200d\u2060\ufeff\u00ad\u180e\u3164\u{e0041}',
].join('|');
const hostile = [orders, ...naughtyStrings()].join('|').replaceAll('\0', '').toWellFormed();

// A separate copy of the rule, so that a mistake in the rule shows.
const disguised =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu;

const secretKey = 'a-key-of-the-tests-0123456789-abcdefgh';
const sql = { name: 'sql', stages: ['call_end'], settleAfterMs: 1000 } as const;

describe('hostile text', () => {
  let folder: CommandFolder;
  let server: Server;
  let url: string;
  let clientId: string;
  let quarantineId: string;

  beforeAll(async () => {
    folder = await makeCommandFolder();
    const store = await openStore(folder.storeUrl, storeMigrations);
    await registerDestinations(store, ['sql']);
    const made = await createClient(store, secretKey, Date.now, {
      name: hostile,
      redirectUris: [`https://a.example/${hostile}`],
    });
    clientId = made.clientId;
    // The result of an older parser, so that a refold finds differences.
    const callId = orders;
    const body = { ...inboundBodies(callId).end, servicename: hostile, [`x${orders}`]: hostile };
    await storePushes(store, [pushOf(body)], [sql], someTimeMs);
    const call = await store.writer.knex('calls').first<{ record: string }>('record');
    const record = JSON.parse(call.record) as { fields: object };
    await store.writer
      .knex('calls')
      .update({ record: JSON.stringify({ ...record, fields: { ...record.fields, campaign: orders } }) });
    await store.writer
      .knex('deliveries')
      .update({ state: 'rejected', code: orders, reason: hostile, remedy: hostile });
    await quarantineBody(
      store,
      {
        ...{ code: 'malformed_json', detail: hostile, pathStage: undefined },
        ...{ contentType: `text/plain; ${orders}`, contentEncoding: undefined },
        body: Buffer.from(`{"a": "${hostile}`),
      },
      1e9,
      someTimeMs,
    );
    quarantineId = (await readQuarantine(store, {}, 1))[0]?.id ?? '';
    await store.close();
    server = createServer((request, response) => {
      request.resume();
      const problem = { reason: hostile, remedy: hostile };
      const refusal = { status: hostile, message: hostile, category: orders, error: orders, code: orders };
      const isHealth = request.url === '/readyz';
      response.writeHead(isHealth ? 200 : 400, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(isHealth ? { store: problem } : { ...refusal, error_description: hostile }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await folder.remove();
  });

  const crm = (): Record<string, string> => ({
    HUBSPOT_ACCESS_TOKEN: 'pat-na1-0000-0000',
    HUBSPOT_BASE_URL: url,
  });

  /** Runs a command. `shown` matches when the hostile text reached its output. */
  const commands: Record<string, { run: () => Promise<CommandResult>; shown: RegExp }> = {
    'client list': { run: () => folder.run('client', ['list']), shown: /\[2J.*live[^]*redirect to/ },
    'client list --json': { run: () => folder.run('client', ['list', '--json']), shown: /u001b\[2J/ },
    'client redirect': {
      run: () => folder.run('client', ['redirect', clientId, '--add', 'https://b.example/cb']),
      shown: /Redirect URIs: .*\[2J/,
    },
    'client rotate, of an unknown client': {
      run: () => folder.run('client', ['rotate', orders], { SECRET_KEY: secretKey }),
      shown: /no active client .*\[2J/,
    },
    'a command that does not know an option': {
      run: () => folder.run('client', [`--${orders}`]),
      shown: /unknown option/,
    },
    refold: { run: () => folder.run('refold'), shown: /call .*\[2J[^]*campaign: .*FORGED/ },
    'replay of deliveries': {
      run: () => folder.run('replay', ['--state', 'rejected', '--dry-run'], { ADAPTERS: 'sql' }),
      shown: /1 delivery[^]*FORGED/,
    },
    'replay, with an invalid time': {
      run: () => folder.run('replay', ['--since', orders]),
      shown: /is not a time/,
    },
    'replay of the quarantine': {
      run: () => folder.run('replay', ['quarantine', '--dry-run'], { SECRET_KEY: secretKey }),
      shown: /refused as malformed_json \(.*FORGED/,
    },
    'replay of the quarantine, with the whole body': {
      run: () =>
        folder.run('replay', ['quarantine', '--dry-run', '--id', quarantineId], { SECRET_KEY: secretKey }),
      shown: /^ {2}\| \{"a": ".*\[2J[^]*^ {2}\| FORGED/m,
    },
    'replay of the quarantine, with a repair': {
      run: () => folder.run('replay', ['quarantine', '--repair'], { SECRET_KEY: secretKey }),
      shown: /refused as malformed_json \(.*FORGED/,
    },
    doctor: {
      run: () => folder.run('doctor', [], { PORT: new URL(url).port }),
      shown: /^fault +store: .*FORGED[^]*^ {8}.*FORGED/m,
    },
    'adapter:check': { run: () => folder.run('adapter-check', ['hubspot'], crm()), shown: /hubspot: / },
    'adapter:setup': {
      run: () => folder.run('adapter-setup', ['hubspot'], crm()),
      shown: /hubspot: /,
    },
    'adapter:try': {
      run: () => folder.run('adapter-try', ['hubspot', '--send'], crm()),
      shown: /FORGED|HubSpot/,
    },
    'adapter:try, of an unknown adapter': {
      run: () => folder.run('adapter-try', [orders]),
      shown: /no adapter .*\[2J/,
    },
    'adapter:new': {
      run: () => folder.runSource('src/cli/adapter-new.ts', [orders]),
      shown: /cannot be a name/,
    },
    simulate: {
      run: () =>
        folder.run('simulate', [
          '--url',
          url,
          '--header',
          'X-Key: some-value',
          '--calls',
          '1',
          '--no-landed',
        ]),
      shown: /difference/,
    },
    'simulate, with a bad option': {
      run: () => folder.run('simulate', ['--calls', orders]),
      shown: /invalid/,
    },
    backup: { run: () => folder.run('backup', [join(folder.path, orders)]), shown: /backed up in .*\[2J/ },
    restore: { run: () => folder.run('restore', [`${folder.path}/${orders}.none`]), shown: /\[2J/ },
    move: { run: () => folder.run('move', ['--to', `sqlite:${folder.path}/${orders}.moved`]), shown: /\[2J/ },
    trim: { run: () => folder.run('trim'), shown: /Nothing was removed/ },
  };

  it.each(Object.entries(commands))(
    'hostile text cannot control a terminal through %s',
    async (_name, { run, shown }) => {
      const { stdout, stderr } = await run();
      const output = `${stdout}${stderr}`;
      expect(output).toMatch(shown);
      expect(
        [...output.matchAll(disguised)].map(({ 0: found, index }) => [
          found,
          output.slice(index - 30, index),
        ]),
      ).toEqual([]);
      expect(output).not.toMatch(/^FORGED/m);
    },
  );

  it('hostile text reaches a script unchanged by client list --json', async () => {
    const { stdout } = await folder.run('client', ['list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([{ clientId, name: hostile }]);
  });

  it('hostile text cannot control a terminal through a line of the log', () => {
    const lines: string[] = [];
    const log = createLogger('info', { write: (line) => lines.push(line) });
    log.info({ text: hostile, error: new Error(hostile) }, hostile);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(disguised);
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ text: hostile, msg: hostile });
  });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { newAdapter } from '../../src/cli/adapter/copy-template.ts';
import { root } from '../house/source-files.ts';
import { makeFreshCopy, type FreshCopy } from './fresh-copy.ts';

// A limit against hanging: each command compiles what changed, which takes minutes on a busy machine.
const patienceMs = 300_000;

interface Minute {
  readonly heading: string;
  readonly script: string;
  /** Lines that the output contains in this order, perhaps with others between them. */
  readonly shows: readonly string[];
}

/** The five minutes of adapters/README.md: each has a script and its output. */
const minutes = [
  ...readFileSync(join(root, 'adapters/README.md'), 'utf8').matchAll(
    /^## (Minute .*)$[^]*?^```sh\n([^]*?)^```$[^]*?^```text\n([^]*?)^```$/gm,
  ),
].map(([, heading = '', script = '', shown = '']): Minute => ({
  heading,
  script,
  shows: shown.split('\n').filter((line) => line !== ''),
}));

describe("a fork's first five minutes", () => {
  let copy: FreshCopy;
  beforeAll(() => (copy = makeFreshCopy({ isBuilt: true })));
  afterAll(() => copy.remove());

  it("a fork's first minutes are five", () => {
    expect(minutes).toHaveLength(5);
  });

  it.each(minutes)(
    'the commands of "$heading" do what adapters/README.md says',
    async ({ script, shows }) => {
      const { code, output } = await copy.run(script);
      let from = 0;
      for (const line of shows) {
        const at = output.indexOf(line.trim(), from);
        expect(at, `"${line}" is not shown, or not in this order:\n${output}`).toBeGreaterThanOrEqual(from);
        from = at + line.trim().length;
      }
      expect(code, output).toBe(0);
    },
    patienceMs,
  );

  it(
    "a fork's new adapter leaves a project that passes format, types, lint and the house test",
    async () => {
      const added = 'adapters/acme-crm adapters/local.ts';
      // Checks only the added files and their imports, because the rest is unchanged.
      const project = {
        extends: './test/tsconfig.json',
        compilerOptions: { rootDir: '.' },
        include: added.split(' '),
      };
      writeFileSync(join(copy.folder, 'tsconfig.added.json'), JSON.stringify(project));
      const { code, output } = await copy.run(
        `npx prettier --check ${added} && npx tsc -p tsconfig.added.json && ` +
          `npx eslint --parser-options project:./tsconfig.added.json ${added} && ` +
          'npx vitest run test/house/house.test.ts test/house/surfaces.test.ts test/config/env-example.test.ts',
      );
      expect(code, output).toBe(0);
    },
    patienceMs,
  );

  it(
    "a fork's first five minutes end with a landed call that Jet pushed",
    async () => {
      const receiver = startReceiver(copy);
      try {
        const answer = await fetch(`${await receiver.url}/webhooks/jet`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-key': receiver.key },
          body: JSON.stringify({
            callsessionid: 'pushed-1',
            originnumber: '0491570110',
            duration: '31',
            dialstatus: 'ANSWER',
          }),
        });
        expect(answer.status).toBe(200);
        const landed = await waitFor<string>(() =>
          readFileSync(join(copy.folder, 'data/acme-crm.jsonl'), 'utf8')
            .split('\n')
            .find((line) => line.includes('+61491570110')),
        );
        expect(JSON.parse(landed)).toMatchObject({
          subject: 'Phone call from +61491570110 · answered',
          seconds: 31,
        });
      } finally {
        await receiver.stop();
      }
    },
    patienceMs,
  );

  it(
    'adapter:new refuses an invalid or existing name, and changes nothing',
    async () => {
      const before = await copy.run('cat adapters/local.ts; ls -R adapters');
      const { code, output } = await copy.run('npm run --silent adapter:new -- acme-crm');
      expect([code, output]).toEqual([2, expect.stringContaining('exists already')]);
      for (const [name, reason] of [
        ['Acme CRM', 'cannot be a name'],
        ['../outside', 'cannot be a name'],
        ['_template', 'cannot be a name'],
        ['none', 'is a reserved word'],
        ['class', 'is a reserved word'],
        ['a'.repeat(41), 'at most 40 characters'],
      ] as const) {
        await expect(newAdapter(copy.folder, name, '_template')).rejects.toThrow(reason);
      }
      expect(await copy.run('cat adapters/local.ts; ls -R adapters')).toEqual(before);
    },
    patienceMs,
  );

  it(
    'adapter:check lists the existing adapters when the named one does not exist',
    async () => {
      const { code, output } = await copy.run('npm run --silent adapter:check -- acme');
      const names = [...adapters.map(({ name }) => name), 'acme-crm'];
      expect([code, output]).toEqual([2, expect.stringContaining(`The adapters are ${names.join(', ')}`)]);
    },
    patienceMs,
  );

  it(
    'a copy of the HTTP template passes the kit unchanged',
    async () => {
      const { code, output } = await copy.run(
        'npm run --silent adapter:new -- web-crm --http && npx vitest run adapters/web-crm && ' +
          'npx prettier --check adapters/web-crm adapters/local.ts',
      );
      expect(code, output).toBe(0);
      expect(output).toContain(
        'Its settings, which adapters/web-crm/README.md explains: WEB_CRM_URL, WEB_CRM_TOKEN',
      );
    },
    patienceMs,
  );
});

interface Started {
  readonly url: Promise<string>;
  readonly key: string;
  stop(): Promise<void>;
}

/** The receiver of the copy, with the new adapter enabled. */
function startReceiver({ folder, environment }: FreshCopy): Started {
  const key = 'a-key-of-this-test';
  const child: ChildProcess = spawn(process.execPath, ['dist/src/main.js'], {
    cwd: folder,
    env: {
      ...environment,
      ADAPTERS: 'acme-crm',
      PORT: '0',
      CONSOLE_PORT: '0',
      WEBHOOK_HEADER_NAME: 'x-key',
      WEBHOOK_HEADER_VALUE: key,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  return {
    key,
    url: waitFor(() => /"url":"([^"]+)"/.exec(output)?.[1]),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function waitFor<Value>(look: () => Value | undefined): Promise<Value> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(50);
  }
}

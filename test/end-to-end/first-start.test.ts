import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstStartText, showFirstStart } from '../../src/cli/first-start.ts';
import {
  credentialsIn,
  holdPort,
  inFolder,
  readFirstStart,
  receiverCommand,
  startProcess,
  takeToken,
} from '../fixtures/receiver-process.ts';

const noTerminal = spawnSync('script', ['--version']).status !== 0;
if (noTerminal) console.log('no `script` here: the first start on a terminal is skipped');

describe.concurrent('the first start', () => {
  it('the first start writes valid credentials to a file that only its owner can read, and none to its output', () =>
    inFolder(async (start, folder) => {
      const receiver = start();
      const url = await receiver.ready();
      const file = join(folder, 'data/first-start.txt');
      const credentials = await readFirstStart(folder);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(await takeToken(url, credentials)).toMatchObject({ status: 200 });
      expect(credentials.clientSecret).toHaveLength(43);
      expect(receiver.output()).not.toContain(credentials.clientSecret);
      expect(receiver.output()).toContain('first-start.txt');
    }));

  it('the first start makes files that only the owner can read', () =>
    inFolder(async (start, folder) => {
      await start().ready();
      expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
      expect(statSync(join(folder, 'data/secret-key')).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, 'data/jet.sqlite')).mode & 0o007).toBe(0);
    }));

  it('the first start shows a console password when none was chosen', () =>
    inFolder(async (start, folder) => {
      await start({ CONSOLE_PASSWORD: '' }).ready();
      expect(readFileSync(join(folder, 'data/first-start.txt'), 'utf8')).toMatch(
        /Console password.*\n +[A-Za-z0-9]{24}\n/,
      );
    }));

  it('the first start is the only start that shows a secret', () =>
    inFolder(async (start, folder) => {
      const first = start();
      await first.ready();
      const { clientSecret } = await readFirstStart(folder);
      first.child.kill('SIGTERM');
      expect(await first.exited).toBe(0);
      rmSync(join(folder, 'data/first-start.txt'));

      const later = start();
      const url = await later.ready();
      later.child.kill('SIGTERM');
      await later.exited;
      expect(url).toMatch(/^http/);
      expect(existsSync(join(folder, 'data/first-start.txt'))).toBe(false);
      expect(later.output()).not.toContain(clientSecret);
      expect(later.output()).not.toMatch(/secret|password/i);
      expect(later.output()).not.toMatch(/[A-Za-z0-9]{40}/);
    }));

  it('the first start lets the next start show the credentials when it fails because of its port', () =>
    inFolder(async (start, folder) => {
      const { port, release } = await holdPort();
      const failed = start({ PORT: port });
      expect(await failed.exited).toBe(1);
      await release();
      const url = await start({ PORT: port }).ready();
      expect(await takeToken(url, await readFirstStart(folder))).toMatchObject({ status: 200 });
    }));

  it('the first start says how to get a new secret and a console password when it cannot show the credentials', () =>
    inFolder(async (start, folder) => {
      mkdirSync(join(folder, 'data'));
      // After a hundred names, no further name is tried.
      for (let number = 1; number <= 100; number += 1)
        writeFileSync(join(folder, `data/first-start${number === 1 ? '' : `-${number}`}.txt`), 'taken');
      const receiver = start({ CONSOLE_PASSWORD: '' });
      await receiver.ready();
      expect(receiver.output()).toMatch(
        /npm run client -- rotate \S+\. Set CONSOLE_PASSWORD, because the generated password is lost too/,
      );
    }));

  it('the first start is refused when the key exists without its store, and creates nothing', () =>
    inFolder(async (start, folder) => {
      const first = start();
      await first.ready();
      first.child.kill('SIGTERM');
      await first.exited;
      const shown = readFileSync(join(folder, 'data/first-start.txt'), 'utf8');
      renameSync(join(folder, 'data/jet.sqlite'), join(folder, 'elsewhere'));
      const again = start();
      expect(await again.exited).toBe(1);
      expect(again.output()).toMatch(/The store \S+ is missing, but its secret key \S+ is there/);
      expect(again.output()).toContain('npm run restore');
      expect(existsSync(join(folder, 'data/jet.sqlite'))).toBe(false);
      expect(readFileSync(join(folder, 'data/first-start.txt'), 'utf8')).toBe(shown);

      renameSync(join(folder, 'elsewhere'), join(folder, 'data/jet.sqlite'));
      expect(await start().ready()).toMatch(/^http/);
    }));

  it('the first start with a new store, after the key was moved away, keeps the earlier first-start.txt', () =>
    inFolder(async (start, folder) => {
      mkdirSync(join(folder, 'data'));
      writeFileSync(join(folder, 'data/first-start.txt'), 'of an earlier store');
      const receiver = start();
      const url = await receiver.ready();
      expect(readFileSync(join(folder, 'data/first-start.txt'), 'utf8')).toBe('of an earlier store');
      const second = join(folder, 'data/first-start-2.txt');
      expect(statSync(second).mode & 0o777).toBe(0o600);
      expect(receiver.output()).toContain('first-start-2.txt');
      const { status } = await takeToken(url, credentialsIn(readFileSync(second, 'utf8')));
      expect(status).toBe(200);
    }));

  it.skipIf(noTerminal)('the first start shows credentials on a terminal, and in no file', () =>
    inFolder(async (_start, folder) => {
      const line = receiverCommand.map((part) => `'${part}'`).join(' ');
      // On a terminal the log is text by default, and the helper reads the address from JSON.
      const settings = { LOG_FORMAT: 'json' };
      const receiver = startProcess(folder, settings, ['script', '-qec', `exec ${line}`, '/dev/null']);
      try {
        const url = await receiver.ready();
        const { status } = await takeToken(url, credentialsIn(receiver.output()));
        expect(status).toBe(200);
        expect(existsSync(join(folder, 'data/first-start.txt'))).toBe(false);
      } finally {
        receiver.child.kill('SIGTERM');
        await receiver.exited;
      }
    }),
  );
});

describe('the output of the first start', () => {
  const made = { clientId: 'id', clientSecret: 'secret', scope: 'webhooks', consolePassword: 'password' };

  it('the output of the first start names each address under PUBLIC_URL', () => {
    const text = firstStartText(made, 'https://calls.example.com');
    for (const path of [
      '/oauth/authorize',
      '/oauth/token',
      '/webhooks/jet',
      '/webhooks/jet/call-end-outbound',
    ]) {
      expect(text).toContain(`https://calls.example.com${path}\n`);
    }
    expect(text).not.toContain('YOUR-PUBLIC-ADDRESS');
  });

  it('the output of the first start says that PUBLIC_URL must be set when it is not', () => {
    const text = firstStartText(made, undefined);
    expect(text).toContain('https://YOUR-PUBLIC-ADDRESS/oauth/token');
    expect(text).toContain('Set PUBLIC_URL');
  });

  it('the output of the first start goes into a file whose folder it creates', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jet-first-'));
    const file = join(folder, 'data', 'first-start.txt');
    showFirstStart(
      'text',
      file,
      Object.create(process.stdout, { isTTY: { value: false } }) as NodeJS.WriteStream,
    );
    expect(readFileSync(file, 'utf8')).toBe('text');
    rmSync(folder, { recursive: true });
  });
});

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { inFolder, readFirstStart, takeToken } from '../fixtures/receiver-process.ts';

const talkative = new URL('../fixtures/talkative.ts', import.meta.url);
const tsx = import.meta.resolve('tsx');
const pushes = 3_000;

describe('a log that nobody reads', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));

  function write(output: 'pipe' | number = 'pipe'): ChildProcess {
    const execArgv = ['--conditions=source', '--import', tsx];
    return (child = fork(talkative, { execArgv, stdio: ['ignore', output, 'inherit', 'ipc'] }));
  }

  it('is dropped beyond 1 MiB, and says so once it is read again', async () => {
    const writer = write();
    await once(writer, 'message');
    let text = '';
    writer.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
    writer.send('go on');
    await once(writer, 'close');
    const lines = text.trimEnd().split('\n');
    const told = JSON.parse(lines.at(-1) ?? '') as { lines: number; msg: string };
    expect(told.msg).toBe('Lines of this log were dropped, since nobody read it');
    expect(lines.length - 1 + told.lines).toBe(8_192);
    expect(text.length).toBeLessThan(2 * 1024 * 1024);
  });

  it('does not keep a process from ending', async () => {
    const writer = write();
    await once(writer, 'message');
    writer.send('exit');
    expect(await once(writer, 'exit')).toEqual([0, null]);
  }, 20_000);

  // A device that is always full.
  it.skipIf(!existsSync('/dev/full'))(
    'on a disk without room ends no process, nor keeps it from ending',
    async () => {
      const full = await open('/dev/full', 'w');
      const writer = write(full.fd);
      expect(await once(writer, 'message')).toEqual(['written', undefined]);
      await sleep(100);
      writer.send('exit');
      expect(await once(writer, 'exit')).toEqual([0, null]);
      await full.close();
    },
    20_000,
  );

  it('holds up no push, nor the end of the receiver', async () => {
    await inFolder(async (start, folder) => {
      const receiver = start({ ROLE: 'receive' });
      const url = await receiver.ready();
      const { token } = await takeToken(url, await readFirstStart(folder));
      receiver.child.stdout?.pause();
      let number = 0;
      const statuses = new Set<number>();
      const send = async (): Promise<void> => {
        while ((number += 1) <= pushes) {
          const { status } = await fetch(`${url}/webhooks/jet`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: `{"callsessionid":"unread-${number}"}`,
          });
          statuses.add(status);
        }
      };
      await Promise.all(Array.from({ length: 20 }, send));
      expect([...statuses]).toEqual([200]);
      const exit = once(receiver.child, 'exit');
      receiver.child.kill('SIGTERM');
      expect(await exit).toEqual([0, null]);
      receiver.child.stdout?.resume();
      await receiver.exited;
      expect(receiver.output().split('A push was stored').length - 1).toBeLessThan(pushes);
    });
  }, 120_000);
});

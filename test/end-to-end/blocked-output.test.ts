import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { builtTestProcess } from '../fixtures/built-command.ts';
import { inFolder, readFirstStart, takeToken } from '../fixtures/receiver-process.ts';

const [, talkative] = builtTestProcess('test/fixtures/talkative.ts');
const pushes = 3_000;
// Eight times the most that can wait.
const tooMany = 8_192;
// Less than the limit, but several times the capacity of a pipe.
const some = 600;

interface Line {
  readonly number?: number;
  readonly lines?: number;
  readonly msg: string;
}

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

/** A started process that logs on command. */
async function startWriter(output: 'pipe' | number = 'pipe'): Promise<ChildProcess> {
  child = fork(talkative, { execArgv: [], stdio: ['ignore', output, 'ignore', 'ipc'] });
  await once(child, 'message');
  return child;
}

async function write(writer: ChildProcess, lines: number): Promise<void> {
  writer.send(lines);
  expect(await once(writer, 'message')).toEqual(['written', undefined]);
}

async function readToEnd(writer: ChildProcess): Promise<string> {
  let text = '';
  writer.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(writer, 'close');
  return text;
}

/** Fails when a line is incomplete. */
function parseLines(text: string): Line[] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** The lines without an incomplete last one. */
function wholeLines(text: string): Line[] {
  const end = text.lastIndexOf('\n') + 1;
  return end === 0 ? [] : parseLines(text.slice(0, end));
}

/** The lines that arrived, and the lines that are reported as dropped. */
function countLines(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + (line.lines ?? 1), 0);
}

function numbersOf(lines: readonly Line[]): number[] {
  return lines.filter(({ msg }) => msg === 'A line').map(({ number = -1 }) => number);
}

describe('a log that is read', () => {
  const all = [...Array(some).keys()];

  it.each([
    ['an exit that follows at once', 'exit', 0],
    ['an error that nobody catches', 'throw', 1],
    ['an end because there is no more work', 'go on', 0],
  ])('a log that is read is complete after %s', async (_, end, code) => {
    const writer = await startWriter();
    writer.send(some);
    writer.send(end);
    const text = readToEnd(writer);
    expect(await once(writer, 'exit')).toEqual([code, null]);
    const lines = parseLines(await text);
    expect(numbersOf(lines)).toEqual(all);
    expect(lines.at(-1)?.msg).toBe('The last line');
  });

  it.each([
    ['', []],
    [' when other work holds up a write at the exit', ['keep the pool busy']],
  ])('a log that is read is complete in a file%s', async (_, before) => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-log-'));
    const file = await open(join(folder, 'log'), 'a+');
    const writer = await startWriter(file.fd);
    for (const message of before) writer.send(message);
    if (before.length > 0) await write(writer, some);
    else writer.send(some);
    writer.send('exit');
    await once(writer, 'exit');
    const lines = parseLines(await readFile(join(folder, 'log'), 'utf8'));
    expect(numbersOf(lines)).toEqual(all);
    expect(lines.at(-1)?.msg).toBe('The last line');
    await file.close();
    await rm(folder, { recursive: true });
  });
});

describe('a log on a full disk', () => {
  // A device that is always full.
  const noFull = !existsSync('/dev/full');

  it.skipIf(noFull).each([
    ['after many lines', tooMany],
    // The first write happens at the exit.
    ['before any line', 0],
  ])('a log on a full disk neither ends a process nor prevents its end, %s', async (_, lines) => {
    const full = await open('/dev/full', 'w');
    const writer = await startWriter(full.fd);
    await write(writer, lines);
    writer.send('exit');
    expect(await once(writer, 'exit')).toEqual([0, null]);
    await full.close();
  });

  it('a log on a full disk continues by itself when there is room again, and reports the dropped lines', async ({
    skip,
  }) => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-log-disk-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
    onTestFinished(async () => {
      child?.kill('SIGKILL');
      if (mounted.status === 0) spawnSync('umount', ['-l', folder]);
      await rm(folder, { recursive: true });
    });
    skip(mounted.status !== 0, 'A small disk can only be mounted by root');
    const path = join(folder, 'log');
    const log = await open(path, 'a');
    const ballast = join(folder, 'ballast');
    await writeFile(ballast, Buffer.alloc(3 * 1024 * 1024 + 512 * 1024));
    const writer = await startWriter(log.fd);
    await write(writer, tooMany);
    // Until the disk is full.
    while ((await statfs(folder)).bfree > 0) await sleep(20);
    await write(writer, tooMany);
    await rm(ballast);
    while (!(await readFile(path, 'utf8')).includes('were dropped')) await sleep(20);
    await write(writer, 50);
    while (!(await readFile(path, 'utf8')).includes(`"number":${2 * tooMany + 49},`)) await sleep(20);
    writer.send('exit');
    expect(await once(writer, 'exit')).toEqual([0, null]);
    const lines = parseLines(await readFile(path, 'utf8'));
    expect(countLines(lines)).toBe(2 * tooMany + 50 + 1);
    expect(numbersOf(lines)).toEqual(numbersOf(lines).toSorted((one, other) => one - other));
    await log.close();
  });
});

describe('a log that nobody reads', () => {
  it('a log that nobody reads is dropped beyond 1 MiB, and reports that once it is read again', async () => {
    const writer = await startWriter();
    await write(writer, tooMany);
    writer.send('go on');
    const text = await readToEnd(writer);
    const lines = parseLines(text);
    const reported = lines.filter(
      ({ msg }) => msg === 'Some lines of this log were dropped, because they could not be written',
    );
    expect(reported).toHaveLength(1);
    expect(reported[0]?.lines).toBeGreaterThan(tooMany / 2);
    expect(countLines(lines)).toBe(tooMany + 1);
    expect(text.length).toBeLessThan(2 * 1024 * 1024);
  });

  it('a log that nobody reads continues by itself when it is read later', async () => {
    const writer = await startWriter();
    await write(writer, tooMany);
    await write(writer, tooMany);
    let text = '';
    writer.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
    while (countLines(wholeLines(text)) < 2 * tooMany) await sleep(20);
    await write(writer, 50);
    while (!text.includes(`"number":${2 * tooMany + 49},`)) await sleep(20);
    expect(countLines(wholeLines(text))).toBe(2 * tooMany + 50);
  });

  it('a log that nobody reads does not prevent the end of a process', async () => {
    const writer = await startWriter();
    await write(writer, tooMany);
    writer.send('exit');
    expect(await once(writer, 'exit')).toEqual([0, null]);
  });

  it.each([
    ['after many lines', tooMany],
    ['before any line', 0],
  ])('a log does not prevent the end of a process whose reader ended %s', async (_, lines) => {
    const writer = await startWriter();
    await write(writer, lines);
    writer.stdout?.destroy();
    await write(writer, lines);
    writer.send('exit');
    expect(await once(writer, 'exit')).toEqual([0, null]);
  });

  it('a log that nobody reads delays neither a push nor the end of the receiver', async () => {
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
  });
});

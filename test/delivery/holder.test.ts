import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import {
  describeSelf,
  hasProvablyEnded,
  holderName,
  identifyHolder,
  pidState,
  type HolderProcess,
} from '../../src/delivery/holder.ts';
import { until } from '../fixtures/until.ts';

const someone: HolderProcess = { host: 'a'.repeat(22), pid: 41, startTime: '1000' };
const judged = (stateOf: Parameters<typeof hasProvablyEnded>[2], host = someone.host): boolean =>
  hasProvablyEnded(holderName(someone), host, stateOf);

describe('the holder of a lease', () => {
  it('the holder of a lease has ended when its pid is free', () => {
    expect(judged(() => 'ended')).toBe(true);
  });

  it('the holder of a lease has ended when its pid belongs to a process that started at another time', () => {
    expect(judged(() => ({ startTime: '1001' }))).toBe(true);
  });

  it('the holder of a lease runs when a process has its pid and its start time', () => {
    expect(judged(() => ({ startTime: '1000' }))).toBe(false);
  });

  it('the holder of a lease counts as running when the system reports nothing', () => {
    expect(judged(() => 'unknown')).toBe(false);
  });

  it('the holder of a lease counts as running from another host, boot or container, where its pid is another process', () => {
    expect(judged(() => 'ended', 'b'.repeat(22))).toBe(false);
  });

  it.each([
    '',
    'test',
    'b4ff0a1c-2cb7-4c0f-9a3e-000000000000',
    `${someone.host}.x.1.y`,
    `${someone.host}.41`,
  ])('the holder of a lease counts as running when its name does not identify a process: %j', (name) => {
    expect(hasProvablyEnded(name, someone.host, () => 'ended')).toBe(false);
  });

  it('the holder of a lease has a different name for each receiver in one process, short enough for the store', () => {
    const names = [identifyHolder(), identifyHolder()].map(({ holder }) => holder);
    expect(new Set(names).size).toBe(2);
    const longest = { ...someone, pid: 4_194_304, startTime: '9'.repeat(16) };
    for (const name of [...names, holderName(longest), holderName(undefined)])
      expect(name.length).toBeLessThanOrEqual(64);
  });

  it('the holder of a lease counts as running for another receiver in the same process', () => {
    const { holder } = identifyHolder();
    expect(identifyHolder().hasEnded(holder)).toBe(false);
  });
});

describe.skipIf(!existsSync('/proc/self/stat'))('where the system has /proc', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));

  /** The holder name of a process on the same host. */
  const started = (command: string, ...args: string[]): { name: string; pid: number } => {
    child = spawn(command, args, { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const state = pidState(pid);
    const self = describeSelf();
    if (self === undefined || typeof state === 'string') throw new Error(`Nothing is known of pid ${pid}`);
    return { name: holderName({ ...self, pid, startTime: state.startTime }), pid };
  };

  it('a running holder has not ended, and after kill -9 it has', async () => {
    const { name } = started('sleep', '60');
    expect(identifyHolder().hasEnded(name)).toBe(false);
    child?.kill('SIGKILL');
    await until(() => expect(identifyHolder().hasEnded(name)).toBe(true));
  });

  it('a suspended holder has not ended', () => {
    const { name } = started('sleep', '60');
    child?.kill('SIGSTOP');
    expect(identifyHolder().hasEnded(name)).toBe(false);
  });

  it('a zombie holder, whose parent has not collected it, has ended', async () => {
    // The shell is replaced by a program that never collects its child process.
    const { pid } = started('sh', '-c', 'sleep 0.2 & exec sleep 60');
    const zombie = await until(() => {
      const found = childOf(pid);
      expect(found).toBeGreaterThan(0);
      return found;
    });
    await until(() => expect(pidState(zombie)).toBe('ended'));
    expect(process.kill(zombie, 0)).toBe(true);
  });
});

function childOf(pid: number): number {
  const path = `/proc/${pid}/task/${pid}/children`;
  return Number(readFileSync(path, 'utf8').trim().split(' ')[0]);
}

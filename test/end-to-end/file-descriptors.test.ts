import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { receiverCommand, startProcess } from '../fixtures/receiver-process.ts';

// Enough to load the sources, which the loader opens many of at once.
const limit = 384;

it('a receiver that runs out of file descriptors keeps running, and accepts connections again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jet-process-'));
  const command = ['/bin/sh', '-c', `ulimit -n ${limit}; exec "$@"`, 'sh', ...receiverCommand];
  const receiver = startProcess(folder, { ROLE: 'receive' }, command);
  const sockets: Socket[] = [];
  let turnedAway = 0;
  try {
    const url = await receiver.ready();
    for (let number = 0; number < limit; number += 1) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('close', () => (turnedAway += 1));
      sockets.push(socket);
    }
    await expect.poll(() => turnedAway).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
    const health = (): Promise<number> =>
      fetch(`${url}/healthz`)
        .then(({ status }) => status)
        .catch(() => 0);
    await expect.poll(health).toBe(200);
    expect(receiver.child.exitCode).toBeNull();
  } finally {
    for (const socket of sockets) socket.destroy();
    receiver.child.kill('SIGKILL');
    await receiver.exited;
    await rm(folder, { recursive: true, force: true });
  }
});

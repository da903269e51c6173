import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  holdRequest,
  readFirstStart,
  receiverCommand,
  startProcess,
  takeToken,
} from '../fixtures/receiver-process.ts';
import { until } from '../fixtures/until.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'jet-descriptors-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (descriptors: number): ReturnType<typeof startProcess> => {
  const command = ['/bin/sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh', ...receiverCommand];
  return startProcess(folder, { ROLE: 'receive' }, command);
};

describe.skipIf(process.platform !== 'linux')('the compiled receiver', () => {
  it('the receiver starts under 64 file descriptors, and answers 503 to a push when all connections are in use', async () => {
    const receiver = start(64);
    const held: Socket[] = [];
    try {
      const url = await receiver.ready();
      expect(receiver.output()).toContain('The limit of open files is low');
      const { token } = await takeToken(url, await readFirstStart(folder));
      for (let number = 0; number < 20; number += 1) held.push(holdRequest(url, token));
      const push = (): Promise<Response> =>
        fetch(`${url}/webhooks/jet`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: '{"callsessionid":"over"}',
        });
      // Each refusal also ends silent connections, so a later push may find room.
      const answer = await until(async () => {
        const refused = await push();
        expect(refused.status).toBe(503);
        return refused;
      });
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(await answer.json()).toMatchObject({ code: 'too_many_connections' });
      for (const socket of held) socket.destroy();
      await expect.poll(async () => (await push()).status).toBe(200);
    } finally {
      for (const socket of held) socket.destroy();
      receiver.child.kill('SIGKILL');
      await receiver.exited;
    }
  });

  it('the receiver names the limit that it needs and exits with 1 when the limit is lower', async () => {
    const receiver = start(63);
    expect(await receiver.exited).toBe(1);
    expect(receiver.output()).toBe(
      'The limit of open files is 63, and the receiver needs 64 to start.\n' +
        'Raise it to 1024 or more: LimitNOFILE= in the systemd unit, or ulimit -n.\n',
    );
  });
});

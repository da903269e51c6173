import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { builtCommand } from '../fixtures/built-command.ts';
import { inFolder, readFirstStart, receiverEnvironment, takeToken } from '../fixtures/receiver-process.ts';

describe('a reader that closes its end', () => {
  it('a reader that closes its end does not crash a command, which finishes its work', async () => {
    await inFolder(async (_start, folder) => {
      const [program, file] = builtCommand('doctor');
      const child = spawn(program, [file], {
        ...{ cwd: folder, env: receiverEnvironment({}) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.destroy();
      let errors = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(errors).toBe('');
    });
  });

  it('a reader that closes its end does not crash the receiver, which takes pushes', async () => {
    await inFolder(async (start, folder) => {
      const receiver = start({ ROLE: 'receive', CONSOLE_PORT: '0' });
      const url = await receiver.ready();
      const { token } = await takeToken(url, await readFirstStart(folder));
      receiver.child.stdout?.destroy();
      for (let number = 0; number < 20; number += 1) {
        const { status } = await fetch(`${url}/webhooks/jet`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: `{"callsessionid":"unheard-${number}"}`,
        });
        expect(status).toBe(200);
      }
      receiver.child.kill('SIGTERM');
      expect(await once(receiver.child, 'exit')).toEqual([0, null]);
    });
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { startProcess } from '../../fixtures/receiver-process.ts';
import { fault } from '../scene/fault.ts';
import { kitCommand } from '../scene/scene.ts';
import { callPushes, post, sendAll } from '../traffic/traffic.ts';

describe('7 corrupt or unreadable', () => {
  fault('7 a damaged, shortened, empty or foreign file is refused with a clear message', async (scene) => {
    const data = join(scene.folder, 'data');
    const file = join(data, 'jet.sqlite');
    const first = scene.start({ ADAPTERS: 'none' }, 'kit');
    const url = await first.ready();
    const token = await scene.token(url);
    await sendAll(
      Array.from({ length: 200 }, (_, n) => callPushes(`c-${n}`, n + 1)).flat(),
      10,
      scene.answers,
      (push) => post(url, token, push),
    );
    first.child.kill('SIGTERM');
    await first.exited;
    const good = readFileSync(file);
    const damages: Record<string, () => void> = {
      'a damaged page': () => writeFileSync(file, Buffer.from(good).fill(0xa5, 40_960, 45_056)),
      'half of the file': () => writeFileSync(file, good.subarray(0, Math.floor(good.length / 2))),
      empty: () => writeFileSync(file, ''),
      'another file': () => writeFileSync(file, 'A letter.\n'.repeat(1_000)),
    };
    for (const [what, damage] of Object.entries(damages)) {
      damage();
      const before = readFileSync(file);
      const receiver = scene.start({ ADAPTERS: 'none' }, 'kit');
      const code = await receiver.exited;
      expect([code, readFileSync(file).equals(before)]).toEqual([1, true]);
      const [words] = receiver.output().split('\n');
      expect(words).toMatch(/damaged|empty/);
      scene.did(`${what}: exit code ${code}, "${(words ?? '').replace(scene.folder, '')}"`);
    }
    writeFileSync(file, good);
    await scene.start({ ADAPTERS: 'none' }, 'kit').ready();
    await scene.balance({ withoutReporting: true });
    expect(readdirSync(data).filter((name) => name.endsWith('.sqlite'))).toEqual(['jet.sqlite']);
  });

  // Permissions do not bind root, so this runs as another user in its own user namespace.
  const nobody = spawnSync('setpriv', ['--reuid', '65534', '--clear-groups', 'true']).status === 0;
  fault(
    '7 a file that the receiver cannot read is refused with a clear message',
    async (scene) => {
      const data = join(scene.folder, 'data');
      mkdirSync(data);
      writeFileSync(join(data, 'jet.sqlite'), 'x', { mode: 0o600 });
      execFileSync('chmod', ['755', scene.folder, data]);
      const command = ['setpriv', '--reuid', '65534', '--clear-groups', ...kitCommand];
      const receiver = startProcess(scene.folder, {}, command);
      expect(await receiver.exited).toBe(1);
      expect(receiver.output()).toMatch(/cannot be read and written \(EACCES\)/);
      scene.did(`exit code 1, "${receiver.output().split('\n')[0]?.replace(scene.folder, '') ?? ''}"`);
    },
    { cannot: !nobody && 'no other user can be used' },
  );
});

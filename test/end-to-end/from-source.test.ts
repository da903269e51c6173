import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { startProcess } from '../fixtures/receiver-process.ts';
import { root } from '../house/source-files.ts';

describe('npm run dev', () => {
  it('npm run dev starts a receiver from its sources that only receives', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-from-source-'));
    const receiver = startProcess(folder, { ROLE: 'receive' }, [
      ...[process.execPath, '--conditions=source', '--import', import.meta.resolve('tsx')],
      join(root, 'src/main.ts'),
    ]);
    expect((await fetch(`${await receiver.ready()}/readyz`)).status).toBe(200);
    receiver.child.kill();
    expect(await receiver.exited).toBe(0);
    await rm(folder, { recursive: true });
  });
});

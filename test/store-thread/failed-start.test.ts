import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { createLogger } from '../../src/app/logger.ts';
import type * as receiver from '../../src/app/receiver.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { holdPort } from '../fixtures/receiver-process.ts';
import { root } from '../house/source-files.ts';

// A thread needs compiled sources.
const compiled = join(root, 'dist/src/app/receiver.js');
const { startReceiver } = (await import(pathToFileURL(compiled).href)) as typeof receiver;

describe('a start that fails', () => {
  it('a start that fails because its port is in use ends its store thread', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jet-failed-start-'));
    const { port, release } = await holdPort();
    const settings = readSettings(
      {
        ...{ PORT: port, CONSOLE_PORT: '0', ADAPTERS: 'sql' },
        DATABASE_URL: `sqlite:${join(folder, 'jet.sqlite')}`,
        REPORTING_DATABASE_URL: `sqlite:${join(folder, 'reporting.sqlite')}`,
      },
      adapters,
    );
    const workers: Worker[] = [];
    process.once('worker', (worker) => workers.push(worker));
    const start = startReceiver(settings, adapters, createLogger('silent'), { hasStoreThread: true });
    await expect(start).rejects.toThrow('EADDRINUSE');
    // The id of a thread that has ended.
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1]);
    await release();
    rmSync(folder, { recursive: true });
  });
});

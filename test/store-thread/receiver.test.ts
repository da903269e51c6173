import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { createLogger } from '../../src/app/logger.ts';
import type * as receiver from '../../src/app/receiver.ts';
import { readSettings, type Settings } from '../../src/config/read-settings.ts';
import type { FromThread } from '../../src/store-thread/protocol.ts';
import { holdPort } from '../fixtures/receiver-process.ts';
import { root } from '../house/source-files.ts';

// A thread needs compiled sources.
const compiled = join(root, 'dist/src/app/receiver.js');
const { startReceiver } = (await import(pathToFileURL(compiled).href)) as typeof receiver;

describe('a receiver with a store thread', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jet-receiver-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const settingsWith = (port: string): Settings =>
    readSettings(
      {
        ...{ PORT: port, CONSOLE_PORT: '0', ADAPTERS: 'sql' },
        DATABASE_URL: `sqlite:${join(folder, 'jet.sqlite')}`,
        REPORTING_DATABASE_URL: `sqlite:${join(folder, 'reporting.sqlite')}`,
      },
      adapters,
    );

  it('a start that fails because its port is in use ends its store thread', async () => {
    const { port, release } = await holdPort();
    const workers: Worker[] = [];
    process.once('worker', (worker) => workers.push(worker));
    const start = startReceiver(settingsWith(port), adapters, createLogger('silent'), {
      hasStoreThread: true,
    });
    await expect(start).rejects.toThrow('EADDRINUSE');
    // The id of a thread that has ended.
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1]);
    await release();
  });

  it('the main thread asks the store thread for a turn before it writes to SQLite', async () => {
    const heard: FromThread['kind'][] = [];
    process.once('worker', (worker) =>
      worker.on('message', (messages: readonly FromThread[]) => {
        heard.push(...messages.map(({ kind }) => kind));
      }),
    );
    const running = await startReceiver(settingsWith('0'), adapters, createLogger('silent'), {
      hasStoreThread: true,
    });
    heard.length = 0;
    await running.store.writer.knex('settings').insert({ name: 'of a test', value: '1' });
    expect(heard).toContain('turn');
    await running.close();
  });
});

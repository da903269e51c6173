import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DestinationUnavailable } from '#contract';
import { createAdapter } from '../../../src/app/create-adapter.ts';
import { adapterSurroundings } from '../../../test/fixtures/adapter-surroundings.ts';
import { delivery, recordOf } from '../../../test/fixtures/landed-calls.ts';
import { sql } from '../index.ts';

const signal = new AbortController().signal;

describe('the sql adapter on an SQLite file', () => {
  it.each<[string, (file: string) => Promise<void>]>([
    ['removed', (file) => rm(file)],
    ['moved', (file) => rename(file, `${file}.away`)],
    ['replaced', (file) => copyFile(file, `${file}.copy`).then(() => rename(`${file}.copy`, file))],
    ['without its log', (file) => rm(`${file}-wal`)],
  ])('an SQLite file that is %s reports no success, and says what to do', async (_what, lose) => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
    const file = join(folder, 'reporting.sqlite');
    const adapter = createAdapter(sql, { REPORTING_DATABASE_URL: `sqlite:${file}` }, adapterSurroundings());
    await adapter.prepare?.(signal);
    expect(await adapter.deliver([delivery(recordOf('a'))], signal)).toMatchObject([{ kind: 'delivered' }]);
    await lose(file);
    const refused = adapter.deliver([delivery(recordOf('b'))], signal);
    await expect(refused).rejects.toBeInstanceOf(DestinationUnavailable);
    await expect(refused).rejects.toThrow(/while it is in use\. .*npm run replay -- --destination sql --all/);
    await expect(adapter.prepare?.(signal)).rejects.toBeInstanceOf(DestinationUnavailable);
    await adapter.close();
    await rm(folder, { recursive: true });
  });

  it('calls land again when the same SQLite file is back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
    const file = join(folder, 'reporting.sqlite');
    const adapter = createAdapter(sql, { REPORTING_DATABASE_URL: `sqlite:${file}` }, adapterSurroundings());
    await adapter.prepare?.(signal);
    await rename(file, `${file}.away`);
    await expect(adapter.deliver([delivery(recordOf('a'))], signal)).rejects.toThrow();
    await rename(`${file}.away`, file);
    expect(await adapter.deliver([delivery(recordOf('a'))], signal)).toMatchObject([{ kind: 'delivered' }]);
    await adapter.close();
    await rm(folder, { recursive: true });
  });
});

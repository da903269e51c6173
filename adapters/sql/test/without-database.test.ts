import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DestinationUnavailable } from '#contract';
import { createAdapter } from '../../../src/app/create-adapter.ts';
import { adapterSurroundings } from '../../../test/fixtures/adapter-surroundings.ts';
import { delivery, recordOf } from '../../../test/fixtures/landed-calls.ts';
import { sql } from '../index.ts';

const signal = new AbortController().signal;

describe('the sql adapter without a database', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('the sql adapter opens nothing when it is created, and its check creates no file', async () => {
    const file = join(folder, 'reporting.sqlite');
    const adapter = createAdapter(sql, { REPORTING_DATABASE_URL: `sqlite:${file}` }, adapterSurroundings());
    expect(await adapter.check(signal)).toMatchObject([{ level: 'ok' }]);
    await adapter.close();
    expect(existsSync(file)).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['postgres://nobody@127.0.0.1:1/none', 'mysql://nobody@127.0.0.1:1/none'])(
    'the sql adapter reports the destination as unreachable, without its address, when nothing answers at %s',
    async (url) => {
      const adapter = createAdapter(sql, { REPORTING_DATABASE_URL: url }, adapterSurroundings());
      const error: unknown = await adapter
        .deliver([delivery(recordOf('c'))], signal)
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DestinationUnavailable);
      expect((error as Error).message).toContain('ECONNREFUSED');
      expect(await adapter.check(signal)).toMatchObject([{ level: 'fault' }]);
      await adapter.close();
    },
  );
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fieldMapSetting } from '../../src/crm/settings.ts';

describe('a setting that names a field map', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jet-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const read = async (text: string) => {
    const file = join(folder, 'fields.json');
    await writeFile(file, text);
    return fieldMapSetting().safeParse(file);
  };

  it('a setting that names a field map gives the mappings of the file', async () => {
    expect((await read('{"gclid":"Gclid__c"}')).data).toEqual([{ ours: 'gclid', theirs: 'Gclid__c' }]);
  });

  it('a field map that is not set gives no mappings', () => {
    expect(fieldMapSetting().parse(undefined)).toEqual([]);
  });

  it('a setting that names a field map says what is wrong in the file', async () => {
    expect((await read('{"gclid":1}')).error?.issues[0]?.message).toContain('maps gclid');
  });

  it('a setting that names a field map says that the file cannot be read', () => {
    expect(fieldMapSetting().safeParse(join(folder, 'none.json')).error?.issues[0]?.message).toBe(
      'names a file that cannot be read (ENOENT)',
    );
  });
});

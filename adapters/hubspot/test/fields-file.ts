import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Writes a file for `HUBSPOT_FIELDS`, and returns its path. It is removed after the test. */
export async function fieldsFile(map: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jet-hubspot-fields-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'fields.json');
  await writeFile(file, JSON.stringify(map));
  return file;
}

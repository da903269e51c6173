import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../house/source-files.ts';

const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
/** The first cell of each row that names a folder. */
const mapped = [...text.matchAll(/^\| `([\w./-]+\/)`/gm)].map(([, folder]) => folder);

function foldersOf(parent: string): string[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${parent}/${name}/`);
}

describe('the map in docs/architecture.md', () => {
  it('docs/architecture.md names every room of src, and no other', () => {
    expect(mapped.filter((folder) => folder?.startsWith('src/')).sort()).toEqual(foldersOf('src').sort());
  });

  it('docs/architecture.md names every adapter of the project, and no other', () => {
    expect(mapped.filter((folder) => folder?.startsWith('adapters/')).sort()).toEqual(
      foldersOf('adapters').sort(),
    );
  });

  it.each(
    'push stage call fold revision delivery outcome quarantine trace lease refold replay tombstone'.split(
      ' ',
    ),
  )('docs/architecture.md has the word %s in its glossary', (word) => {
    expect(text).toMatch(new RegExp(`^\\| \\*\\*${word}\\*\\*`, 'm'));
  });
});

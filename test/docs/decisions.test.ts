import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../house/source-files.ts';

const folder = 'docs/decisions';
const names = readdirSync(join(root, folder)).filter((name) => name !== 'README.md');
const read = (name: string): string => readFileSync(join(root, folder, name), 'utf8');
const index = read('README.md');
const code = ['src', 'adapters', 'test'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[tj]s$/.test(name))
    .map((name) => readFileSync(join(root, top, name), 'utf8')),
);

describe('the decisions', () => {
  it('the decisions are all in the index, under their own titles', () => {
    const listed = [...index.matchAll(/^- \[(.+)\]\((.+)\)$/gm)].map(([, title, name]) => ({ name, title }));
    const written = names.map((name) => ({ name, title: /^# (.+)$/m.exec(read(name))?.[1] }));
    expect(listed.sort(byName)).toEqual(written.sort(byName));
  });

  it.each(names)('the decision %s has a context, a decision and a consequence in ten lines', (name) => {
    const lines = read(name)
      .split('\n')
      .filter((line) => line !== '');
    expect(lines.length).toBeLessThanOrEqual(11);
    const parts = lines.flatMap((line) => /^\*\*(\w+)\.\*\*/.exec(line)?.[1] ?? []);
    expect(parts).toEqual(['Context', 'Decision', 'Consequence']);
  });

  it.each(names)('the decision %s is named by the code that follows it', (name) => {
    expect(code.some((text) => text.includes(`${folder}/${name}`))).toBe(true);
  });
});

function byName(one: { name: string | undefined }, other: { name: string | undefined }): number {
  return (one.name ?? '') < (other.name ?? '') ? -1 : 1;
}

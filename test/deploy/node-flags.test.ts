import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** The limits of memory, which must be the same in every way of starting the receiver. */
const flagsIn = (text: string): string[] =>
  (text.match(/--max-[a-z-]+=\d+|\bMALLOC_ARENA_MAX=\d+/g) ?? []).sort();

it.each(['docs/deploy/jet-receiver.service', 'docs/deploy/Dockerfile'])(
  "the shipped %s limits Node's memory as `npm start` does",
  (path) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    expect(flagsIn(scripts.start)).toHaveLength(3);
    expect(flagsIn(read(path))).toEqual(flagsIn(scripts.start));
  },
);

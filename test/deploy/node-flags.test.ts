import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** The flags and variables that set up Node's memory. They must be the same in every way of starting the receiver. */
const flagsIn = (text: string): string[] =>
  (text.match(/--max-[a-z-]+=\d+|--no-allocation-[a-z-]+|\bMALLOC_ARENA_MAX=\d+/g) ?? []).sort();

it.each(['docs/deploy/jet-receiver.service', 'docs/deploy/Dockerfile'])(
  "the shipped %s sets up Node's memory as `npm start` does",
  (path) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    expect(flagsIn(scripts.start)).toHaveLength(4);
    expect(flagsIn(read(path))).toEqual(flagsIn(scripts.start));
  },
);

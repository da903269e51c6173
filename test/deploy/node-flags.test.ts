import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** What Node is told of memory, wherever the receiver is started. */
const flagsIn = (text: string): string[] => (text.match(/--max-[a-z-]+=\d+/g) ?? []).sort();

it.each(['docs/deploy/jet-receiver.service', 'docs/deploy/Dockerfile'])(
  '%s gives Node the memory that `npm start` gives it',
  (path) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    expect(flagsIn(scripts.start)).toHaveLength(2);
    expect(flagsIn(read(path))).toEqual(flagsIn(scripts.start));
  },
);

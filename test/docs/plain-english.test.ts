import { describe, expect, it } from 'vitest';
import { readDocuments } from '../fixtures/documents.ts';

/** CONTRIBUTING.md gives the rules, and so names these words itself. */
const documents = readDocuments().filter(({ name }) => name !== 'CONTRIBUTING.md');
const avoided =
  /\b(?:is|are) to be\b|\bof which\b|\bso many\b|\bbe rid of\b|\bin hand\b|\bstands? in for\b/gi;

describe('the documents', () => {
  it('the documents use the plain English of CONTRIBUTING.md', () => {
    const found = documents.flatMap(({ name, text }) =>
      [...text.matchAll(avoided)].map(
        (match) => `${name}: ${text.slice(match.index - 30, match.index + 30)}`,
      ),
    );
    expect(found).toEqual([]);
  });
});

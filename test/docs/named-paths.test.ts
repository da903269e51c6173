import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDocuments } from '../fixtures/documents.ts';
import { readSourceFiles, root } from '../house/source-files.ts';

const documents = readDocuments();
/** A file or folder of the project in backticks. `<name>`, `*` and `…` stand for names that vary. */
const named = /`((?:src|test|docs|adapters)\/[\w./-]*)`/g;
/** The paths that the guides create: the adapter of adapters/README.md, a copy of the example, and a fork's list. */
const made = /^adapters\/(?:acme-crm\/|pipedrive$|local\.ts$)/;

/** The guides to adapters name files relative to the adapter's folder. */
function isThere(name: string, path: string): boolean {
  const folders = name.startsWith('adapters/')
    ? ['.', 'adapters/_template', 'adapters/_template-http']
    : ['.'];
  return folders.some((folder) => existsSync(join(root, folder, path)));
}

describe('the documents', () => {
  it('the documents name only files and folders that exist', () => {
    const missing = documents.flatMap(({ name, text }) =>
      [...text.matchAll(named)]
        .map(([, path]) => path ?? '')
        .filter((path) => !made.test(path) && !isThere(name, path))
        .map((path) => `${name}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('the documents link only to files that exist', () => {
    const broken = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(([, link]) => link ?? '')
        .filter((link) => !existsSync(join(root, name, '..', link)))
        .map((link) => `${name}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('the documents link only to headings that exist', () => {
    const anchors = new Map(documents.map(({ name, text }) => [name, headingAnchors(text)]));
    const broken = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)]
        .filter(([, link = '', anchor = '']) => {
          const target = link === '' ? name : join(name, '..', link);
          return anchors.get(target)?.includes(anchor) === false;
        })
        .map(([link]) => `${name}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('the sources name only documents that exist', () => {
    const missing = readSourceFiles().flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:docs|adapters)\/[\w./-]+\.md\b/g)]
        .filter(([document]) => !existsSync(join(root, document)))
        .map(([document]) => `${path}: ${document}`),
    );
    expect(missing).toEqual([]);
  });
});

/** The anchors of headings, as GitHub makes them. */
function headingAnchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

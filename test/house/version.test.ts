import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOpenApi } from '../../src/http/openapi.ts';
import { root } from './source-files.ts';

const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };

describe('the version in package.json', () => {
  it('the version in package.json is the version in /openapi.json', () => {
    expect((createOpenApi(undefined).info as { version: string }).version).toBe(version);
  });

  it('the version in package.json is the version in package-lock.json', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      version: string;
      packages: Record<string, { version: string }>;
    };
    expect([lock.version, lock.packages['']?.version]).toEqual([version, version]);
  });

  it('the version in package.json is the newest version in CHANGELOG.md, with its date', () => {
    const headings = [...read('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading ?? '');
    expect(headings[0]).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d\\d-\\d\\d\\)$`));
    expect(headings.every((heading) => /^\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)$/.test(heading))).toBe(true);
  });
});

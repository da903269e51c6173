import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOpenApi } from '../../src/http/openapi.ts';
import { problemCodes } from '../../src/web/problem.ts';
import { root } from '../house/source-files.ts';

const text = readFileSync(join(root, 'docs/http-api.md'), 'utf8');
const described = createOpenApi(undefined).paths as Record<
  string,
  Record<string, { responses: Record<string, unknown> }>
>;

describe('docs/http-api.md', () => {
  it('docs/http-api.md lists each method of each path with the answers in /openapi.json', () => {
    const written = text
      .split(/^### /m)
      .map((section) => ({
        heading: /^`([A-Z]+ \S+)`/.exec(section)?.[1],
        answers: /^Answers: (.+)$/m.exec(section)?.[1]?.split(', '),
      }))
      .filter(({ heading }) => heading !== undefined);
    const expected = Object.entries(described).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => ({
        heading: `${method.toUpperCase()} ${path}`,
        answers: Object.keys(responses),
      })),
    );
    const inOrder = (
      one: { heading?: string | undefined },
      other: { heading?: string | undefined },
    ): number => ((one.heading ?? '') < (other.heading ?? '') ? -1 : 1);
    expect(written.sort(inOrder)).toEqual(expected.sort(inOrder));
  });

  it('docs/http-api.md lists each problem code with its status and title', () => {
    const written = [...text.matchAll(/^\| `(\w+)` +\| (\d{3}) +\| (.+?) +\|/gm)].map(
      ([, code, status, title]) => ({ code, status: Number(status), title }),
    );
    const expected = Object.entries(problemCodes).map(([code, { status, title }]) => ({
      code,
      status,
      title,
    }));
    expect(written).toEqual(expected);
  });

  it('docs/http-api.md lists each warning of a push', () => {
    const source = readFileSync(join(root, 'src/domain/push.ts'), 'utf8');
    const codes = [...source.matchAll(/^ {4}\| '(\w+)'/gm)].map(([, code]) => code);
    const table = /### Warnings\n([\s\S]*?)\n##/.exec(text)?.[1] ?? '';
    expect([...table.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code)).toEqual(codes);
  });
});

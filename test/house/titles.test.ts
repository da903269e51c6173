import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { root } from './source-files.ts';

/** A title that begins with one of these words has its subject elsewhere. */
const withoutSubject =
  /^(?:is|are|was|were|has|have|can|cannot|does|do|must|never|also|not|with|without|of|by|from|that|says|shows|keeps|gets|finds|reads|refuses|accepts|counts|makes|names|reports)\b/;

it('the title of every test begins with its subject, so that a search for its words finds it', () => {
  const titles = ['test', 'adapters'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:test|fault)\.ts$/.test(name))
      .flatMap((name) => titlesIn(join(root, top, name)).map((title) => `${top}/${name}: ${title}`)),
  );
  expect(titles.length).toBeGreaterThan(2_000);
  expect(titles.filter((title) => withoutSubject.test(title.replace(/^\S+ /, '')))).toEqual([]);
});

/** The titles that a file of tests gives as literals. */
function titlesIn(path: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest));
  return titles;
}

/** True for `it`, `it.each(…)`, `it.skipIf(…).each(…)` and the same of `test`. */
function isTest(called: ts.Expression): boolean {
  if (ts.isIdentifier(called)) return called.text === 'it' || called.text === 'test';
  if (ts.isCallExpression(called)) return isTest(called.expression);
  return (
    ts.isPropertyAccessExpression(called) &&
    /^(?:each|skipIf|runIf|skip|concurrent)$/.test(called.name.text) &&
    isTest(called.expression)
  );
}

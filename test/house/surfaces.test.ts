import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readSourceFiles, root } from './source-files.ts';

/** A newcomer must be able to keep the contract in mind. */
const contractNamesMax = 35;

/** What an adapter of a fork answers by itself. In the adapters of the kit, #crm answers so for them. */
const forForks = ['held', 'retry', 'skipped', 'JsonValue'];

const adapterFiles = readSourceFiles().filter(({ path }) => path.startsWith('adapters/'));

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
}

/** The names that a surface exports, types included. */
function exportedNames(surface: string): string[] {
  const path = `src/${surface.slice(1)}/index.ts`;
  return parse(path, readFileSync(join(root, path), 'utf8')).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) return [];
    const clause = statement.exportClause;
    if (clause === undefined || !ts.isNamedExports(clause))
      throw new Error(`${path} exports without naming: list the names, so that they can be counted.`);
    return clause.elements.map(({ name }) => name.text);
  });
}

/** The names that adapters and their tests import from a surface. */
function importedNames(surface: string): Set<string> {
  const names = adapterFiles.flatMap(({ path, text }) =>
    parse(path, text).statements.flatMap((statement) => {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
      const bindings = statement.importClause?.namedBindings;
      if (statement.moduleSpecifier.text !== surface || bindings === undefined) return [];
      if (!ts.isNamedImports(bindings)) throw new Error(`${path} imports ${surface} as a whole.`);
      return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
    }),
  );
  return new Set(names);
}

describe('the imports of adapters', () => {
  it(`adapters can import at most ${contractNamesMax} names of #contract`, () => {
    expect(exportedNames('#contract').length).toBeLessThanOrEqual(contractNamesMax);
  });

  it.each(['#contract', '#crm', '#reporting'])('every name of %s is used by an adapter', (surface) => {
    const imported = importedNames(surface);
    expect(exportedNames(surface).filter((name) => !imported.has(name) && !forForks.includes(name))).toEqual(
      [],
    );
  });
});

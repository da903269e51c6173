import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** The project's top folder. */
export const root = resolve(import.meta.dirname, '../..');

export interface SourceFile {
  /** The path from the top folder, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The project's files that it imports, including types: paths from the top folder, or names such as `#contract`. */
  readonly imports: readonly string[];
  /** The packages that it imports. */
  readonly packages: readonly string[];
}

/** Every TypeScript file that is compiled for production, and the adapters' tests. */
export function readSourceFiles(): SourceFile[] {
  return ['src', 'adapters'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readSourceFile(join(root, folder, file))),
  );
}

function readSourceFile(file: string): SourceFile {
  const text = readFileSync(file, 'utf8');
  const named = ts.preProcessFile(text, true, true).importedFiles.map((imported) => imported.fileName);
  return {
    path: relative(root, file).replaceAll('\\', '/'),
    text,
    imports: named
      .filter((name) => name.startsWith('.') || name.startsWith('#'))
      .map((name) =>
        name.startsWith('#') ? name : relative(root, resolve(dirname(file), name)).replaceAll('\\', '/'),
      ),
    packages: named.filter((name) => !name.startsWith('.') && !name.startsWith('#')),
  };
}

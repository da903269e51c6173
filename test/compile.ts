import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { root } from './house/source-files.ts';

/** Programs that tests start as processes of their own. They run on the build of the sources. */
const programs = [
  'test/faults/programs/receiver-main.ts',
  'test/faults/programs/migrate-main.ts',
  'test/fixtures/commit-pushes.ts',
  'test/fixtures/talkative.ts',
];

const compilerOptions = {
  module: ModuleKind.ESNext,
  target: ScriptTarget.ES2023,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
} as const;

/**
 * Compiles the sources, and then the programs of the tests with the test files that they import, into `dist/test/`. The
 * types of the programs are only removed: `npm run check` checks them.
 */
export function compile(): void {
  execFileSync(process.execPath, [join(root, 'src/build.js')], { stdio: 'inherit' });
  const compiled = new Set<string>();
  const removeTypes = (path: string): void => {
    if (compiled.has(path)) return;
    compiled.add(path);
    const text = readFileSync(path, 'utf8');
    const target = join(root, 'dist', relative(root, path)).replace(/\.ts$/, '.js');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transpileModule(text, { compilerOptions, fileName: path }).outputText);
    for (const [, imported = ''] of text.matchAll(/from '(\.[^']+\.ts)'/g)) {
      const next = join(dirname(path), imported);
      if (relative(root, next).startsWith('test/')) removeTypes(next);
    }
  };
  for (const program of programs) removeTypes(join(root, program));
}

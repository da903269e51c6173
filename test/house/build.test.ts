import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { root } from './source-files.ts';

let built: string;
let folder: string;
const path = (file: string): string => join(folder, file);
const write = (file: string, text: string): void => writeFileSync(path(file), text);

/** A project of three sources, compiled by the kit's own build. */
beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'jet-build-'));
  folder = built;
  for (const name of ['src', 'adapters', 'migrations']) mkdirSync(path(name));
  for (const name of ['src/build.js', 'tsconfig.json', 'package.json', 'package-lock.json'])
    cpSync(join(root, name), path(name));
  symlinkSync(join(root, 'node_modules'), path('node_modules'), 'dir');
  write('src/main.ts', `import { word } from './word.ts';\nprocess.stdout.write(word);\n`);
  write('src/word.ts', `export const word: string = 'yesterday';\n`);
  expect(await start()).toEqual({ code: 0, output: 'yesterday' });
});
afterAll(() => rmSync(built, { recursive: true }));

// Each test gets a copy of the compiled project, because compiling takes a second.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jet-build-'));
  cpSync(built, folder, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (file: string): Promise<{ code: number; output: string }> =>
  new Promise((done) => {
    const child = execFile(process.execPath, [path(file)], (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

/** Does the same as `npm start`. */
async function start(): Promise<{ code: number; output: string }> {
  const built = await run('src/build.js');
  return built.code === 0 ? run('dist/src/main.js') : built;
}

describe('the build before each start', () => {
  it('the build compiles a changed source that is older than the last build', async () => {
    expect(await start()).toEqual({ code: 0, output: 'yesterday' });
    write('src/word.ts', `export const word: string = 'today';\n`);
    utimesSync(path('src/word.ts'), new Date('2020-01-01'), new Date('2020-01-01'));
    expect(await start()).toEqual({ code: 0, output: 'today' });
  });

  it('the build compiles nothing when the sources are the same, however new their dates are', async () => {
    await start();
    const before = statSync(path('dist/src/main.js')).mtimeMs;
    const later = new Date(Date.now() + 60_000);
    utimesSync(path('src/word.ts'), later, later);
    expect(await start()).toEqual({ code: 0, output: 'yesterday' });
    expect(statSync(path('dist/src/main.js')).mtimeMs).toBe(before);
  });

  it.each([
    ['missing', () => rmSync(path('dist/src/word.js'))],
    ['incomplete', () => write('dist/src/word.js', 'export const wo')],
  ])('the build runs again when a file of it is %s', async (_what, spoil) => {
    await start();
    spoil();
    expect(await start()).toEqual({ code: 0, output: 'yesterday' });
  });

  it('the build stops when a source is missing, even if its compiled file is still there', async () => {
    await start();
    rmSync(path('src/word.ts'));
    const { code, output } = await start();
    expect(code).toBe(1);
    expect(output).toContain('The sources do not compile, so nothing was started.');
    expect(readFileSync(path('dist/src/word.js'), 'utf8')).toContain('yesterday');
  });

  it('the build also compiles the changes that it met while the sources did not compile', async () => {
    await start();
    const main = readFileSync(path('src/main.ts'), 'utf8');
    write('src/word.ts', `export const word: string = 'today';\n`);
    write('src/main.ts', main.replace('word)', 'wrod)'));
    expect((await start()).code).toBe(1);
    write('src/main.ts', main);
    expect(await start()).toEqual({ code: 0, output: 'today' });
  });

  it('the build ignores the compiled file of a removed source that nothing imports', async () => {
    await start();
    write('src/main.ts', `process.stdout.write('alone');\n`);
    rmSync(path('src/word.ts'));
    expect(await start()).toEqual({ code: 0, output: 'alone' });
  });

  it('the build says that the packages must be installed when they are missing', async () => {
    rmSync(path('dist'), { recursive: true });
    rmSync(path('node_modules'));
    expect(await start()).toEqual({ code: 1, output: expect.stringContaining('npm install') as string });
  });

  describe('without the compiler, as after a production install', () => {
    const removeCompiler = (): void => {
      rmSync(path('node_modules'));
      mkdirSync(path('node_modules'));
    };
    const remedy = 'npm ci --include=dev && npm run build';

    it('a start without the compiler uses a build from these sources', async () => {
      await start();
      removeCompiler();
      expect(await start()).toEqual({ code: 0, output: 'yesterday' });
    });

    it.each([
      ['There is no finished build in dist/', 'is missing', () => rmSync(path('dist'), { recursive: true })],
      ['There is no finished build in dist/', 'was cut off', () => rmSync(path('dist/built-from'))],
      [
        'The build in dist/ does not match the sources',
        'is older than the sources',
        () => write('src/word.ts', `export const word: string = 'today';\n`),
      ],
      [
        'The build in dist/ does not match the sources',
        'lacks a file',
        () => rmSync(path('dist/src/word.js')),
      ],
    ])(
      'a start without the compiler says "%s" and names the remedy when the build %s',
      async (fault, _state, spoil) => {
        await start();
        removeCompiler();
        spoil();
        const { code, output } = await start();
        expect(code).toBe(1);
        for (const part of [fault, 'NODE_ENV=production', remedy]) expect(output).toContain(part);
      },
    );
  });
});

// Compiles the sources into dist/, unless dist/ was made from the same sources. It compares content, because a changed
// file can be older than the build (moved back, unpacked, synchronised). It is plain JavaScript, because it runs before
// anything is compiled.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const markFile = join(dist, 'built-from');
// The compiler's memory of the last build: with it, a build compiles only what changed.
const memory = join(dist, 'compiled.tsbuildinfo');
const localAdapters = 'adapters/local';
const packages = join(root, 'node_modules');
const compiler = join(packages, 'typescript/bin/tsc');

const sources = hashOf(
  ['package.json', 'package-lock.json', 'tsconfig.json', 'src', 'adapters'].flatMap((path) =>
    filesUnder(join(root, path), /\.(?:ts|json)$/),
  ),
);
const mark = existsSync(markFile) ? readFileSync(markFile, 'utf8') : '';
if (mark !== markOf()) build();

function build() {
  if (!existsSync(packages)) stop('The packages are not installed yet: run "npm install" first.');
  if (!existsSync(compiler)) stop(withoutCompiler());
  process.stderr.write(
    existsSync(markFile)
      ? 'The sources have changed: compiling them, which takes up to a minute …\n'
      : 'Compiling the sources for the first time, which takes up to a minute …\n',
  );
  // The compiler does not look at its output, so it would not repair a missing or changed file.
  if (mark.split(' ')[1] !== hashOfOutput()) rmSync(memory, { force: true });
  // Otherwise the compiled list of local adapters would still count after its source is gone.
  if (!existsSync(join(root, `${localAdapters}.ts`)))
    rmSync(join(dist, `${localAdapters}.js`), { force: true });
  const options = ['--project', root, '--incremental', '--tsBuildInfoFile', memory];
  const { status } = spawnSync(process.execPath, [compiler, ...options], { stdio: 'inherit' });
  if (status !== 0) stop('The sources do not compile, so nothing was started.');
  // Written last, so that an interrupted build is repeated.
  writeFileSync(markFile, markOf());
}

/** A production install has no compiler, because that is a development package. It can only start a finished build. */
function withoutCompiler() {
  const fault = existsSync(markFile)
    ? 'The build in dist/ does not match the sources'
    : 'There is no finished build in dist/';
  return [
    `${fault}, and the compiler is not installed, so nothing was started.`,
    'npm omits the compiler under --omit=dev and under NODE_ENV=production.',
    'Run "npm ci --include=dev && npm run build". After that, "npm prune --omit=dev" may remove the compiler.',
  ].join('\n');
}

/**
 * The mark of a build: the hashes of the sources and of the compiled files. A missing or changed file in dist/ therefore
 * causes a new build. The tests' own programs in dist/test do not count.
 */
function markOf() {
  return `${sources} ${hashOfOutput()}`;
}

function hashOfOutput() {
  return hashOf(['src', 'adapters'].flatMap((folder) => filesUnder(join(dist, folder), /\.js$/)));
}

/** @param {string} path a file or a folder @param {RegExp} wanted */
function filesUnder(path, wanted) {
  if (!existsSync(path)) return [];
  if (wanted.test(path)) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => wanted.test(name))
    .sort()
    .map((name) => join(path, name));
}

/** @param {string[]} files */
function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

/** @param {string} message @returns {never} */
function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

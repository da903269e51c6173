// Compiles the sources into dist/, unless dist/ was made from just these. What counts is content: a changed file may
// be older than the build (moved back, unpacked, synchronised). Plain JavaScript, since it runs before anything is
// compiled.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const mark = join(dist, 'built-from');
const compiler = join(root, 'node_modules/typescript/bin/tsc');

const sources = hashOf(
  ['package.json', 'package-lock.json', 'tsconfig.json', 'src', 'adapters', 'migrations'].flatMap((path) =>
    filesUnder(join(root, path), /\.(?:ts|json)$/),
  ),
);
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== markOf()) build();

function build() {
  if (!existsSync(compiler)) stop('The packages are not installed yet: run "npm install" first.');
  const { status } = spawnSync(process.execPath, [compiler, '--project', root], { stdio: 'inherit' });
  if (status !== 0) stop('The sources do not compile, so nothing was started.');
  // Written last: a build that was cut off is made again.
  writeFileSync(mark, markOf());
}

/** What was compiled, and what came of it: a file that is missing or changed in dist/ is noticed as well. */
function markOf() {
  return `${sources} ${hashOf(filesUnder(dist, /\.js$/))}\n`;
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

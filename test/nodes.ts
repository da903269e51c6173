// npm run test:nodes: runs the tests under other versions of Node, which npx fetches as the npm package `node`.
// Without arguments it runs the whole suite; `npm run test:nodes -- test/domain` runs some files.
import { spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

const versions = ['22', '24'];
const files = process.argv.slice(2);

/** The path of Node of a version, as npx fetches it. */
function findNode(version: string) {
  return spawnSync('npx', ['-y', '-p', `node@${version}`, '--', 'node', '--print', 'process.execPath'], {
    encoding: 'utf8',
  });
}

/** Runs the tests with this Node first in PATH, so that child processes run under it too. */
function runTests(node: string): boolean {
  const { status } = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', ...files], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  return status === 0;
}

const results = versions.map((version) => {
  const found = findNode(version);
  const node = found.stdout.trim();
  const exact = found.status === 0 ? spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim() : '';
  if (!exact.startsWith(`v${version}.`)) {
    const reasons = found.stderr.split('\n').filter((line) => line.startsWith('npm error'));
    const reason = reasons.slice(0, 2).join('; ') || exact || 'npx gave no reason';
    console.error(`Node ${version}: it could not be fetched, so nothing was tested under it. ${reason}`);
    console.error(`To see why, run: npx -y -p node@${version} -- node --version`);
    return `Node ${version}: not tested`;
  }
  console.log(`Node ${version}: ${exact}`);
  return `Node ${version} (${exact}): ${runTests(node) ? 'passed' : 'FAILED'}`;
});

console.log(results.join('\n'));
process.exit(results.every((result) => result.endsWith('passed')) ? 0 : 1);

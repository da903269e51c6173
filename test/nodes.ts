// npm run test:nodes: runs the tests under other versions of Node, which npx fetches as the npm package `node`.
// Without arguments it runs the whole suite; `npm run test:nodes -- test/domain` runs some files.
import { spawnSync } from 'node:child_process';

const versions = ['22', '24'];
const files = process.argv.slice(2);

/** Node of a version, with arguments. npx puts it first in PATH, so child processes run under it too. */
function underNode(version: string, arguments_: readonly string[], stdio: 'inherit' | 'pipe') {
  return spawnSync('npx', ['-y', '-p', `node@${version}`, '--', 'node', ...arguments_], {
    stdio,
    encoding: 'utf8',
  });
}

const results = versions.map((version) => {
  const found = underNode(version, ['--version'], 'pipe');
  const exact = found.stdout.trim();
  if (found.status !== 0 || !exact.startsWith(`v${version}.`)) {
    const reasons = found.stderr.split('\n').filter((line) => line.startsWith('npm error'));
    const reason = reasons.slice(0, 2).join('; ') || exact || 'npx gave no reason';
    console.error(`Node ${version}: it could not be fetched, so nothing was tested under it. ${reason}`);
    console.error(`To see why, run: npx -y -p node@${version} -- node --version`);
    return `Node ${version}: not tested`;
  }
  console.log(`Node ${version}: ${exact}`);
  const { status } = underNode(version, ['node_modules/vitest/vitest.mjs', 'run', ...files], 'inherit');
  return `Node ${version} (${exact}): ${status === 0 ? 'passed' : 'FAILED'}`;
});

console.log(results.join('\n'));
process.exit(results.every((result) => result.endsWith('passed')) ? 0 : 1);

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../house/source-files.ts';

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, ...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: root }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
const bin = (...args: string[]): Promise<Result> => run(process.execPath, join(root, 'src/bin.js'), ...args);

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('npx jet-receiver', () => {
  it('jet-receiver lists every command of npm run that is a program of ours, and no other', async () => {
    const { code, stdout } = await bin('--help');
    expect(code).toBe(0);
    const listed = [...stdout.matchAll(/^ {2}([a-z][\w:]*) {2,}\w/gm)].map(([, name]) => name);
    const programs = Object.entries(scripts)
      .filter(([, script]) => /(?:dist\/)?src\/(?:cli\/[\w/-]+|main)\.(?:js|ts)$/.test(script))
      .map(([name]) => name)
      .filter((name) => name !== 'dev');
    expect(listed.sort()).toEqual(programs.sort());
  });

  it('jet-receiver shows the list and exits with 2 when no command is given', async () => {
    expect(await bin()).toMatchObject({ code: 2, stderr: expect.stringContaining('doctor') as string });
  });

  it('jet-receiver refuses an unknown command without repeating its control characters', async () => {
    const { code, stderr } = await bin('\u001b[2Jdoctr');
    expect(code).toBe(2);
    expect(stderr).toContain('There is no command "?[2Jdoctr"');
  });

  it('jet-receiver passes on every option, and returns the exit code', async () => {
    expect((await bin('replay', 'quarantine', '--help')).stdout).toContain('--dry-run');
    expect(await bin('ping', '--wait', 'long')).toMatchObject({ code: 2 });
    expect((await bin('adapter:new', '--help')).stdout).toContain('--http');
    expect((await bin('start', '--help')).stdout).toContain('Usage: npm start');
  });

  it('npx finds jet-receiver in the folder of the project', async () => {
    const { code, stdout } = await run('npx', 'jet-receiver', '--help');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Usage: npx jet-receiver <command>')]);
  });
});

describe('npm start', () => {
  it('npm start shows its help, and starts nothing', async () => {
    const { code, stdout } = await run('npm', 'start', '--silent', '--', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('The first start makes the store');
  });

  it('npm start refuses an argument that it does not know', async () => {
    const { code, stderr } = await run(process.execPath, join(root, 'dist/src/main.js'), '--port=1');
    expect(code).toBe(2);
    expect(stderr).toContain('takes no arguments');
  });
});

import { execFile } from 'node:child_process';
import { root } from '../../house/source-files.ts';
import { builtCommand } from '../../fixtures/built-command.ts';
import { environmentOf } from './issuer-under-test.ts';

export interface CommandAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the client command in a process of its own, beside whatever runs on the same folder. */
export function runClient(folder: string, ...words: readonly string[]): Promise<CommandAnswer> {
  const [program, file] = builtCommand('client');
  const env = { ...process.env, ...environmentOf(folder) };
  return new Promise((resolve) => {
    execFile(program, [file, ...words], { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

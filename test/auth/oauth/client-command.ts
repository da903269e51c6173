import { execFile } from 'node:child_process';
import { root } from '../../house/source-files.ts';
import { builtCommand } from '../../fixtures/built-command.ts';
import { environmentOf } from './issuer-under-test.ts';

export interface CommandAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the client command in a separate process. Other processes can use the same folder at the same time. */
export function runClient(folder: string, ...words: readonly string[]): Promise<CommandAnswer> {
  const [program, file] = builtCommand('client');
  const env = { ...process.env, ...environmentOf(folder) };
  return new Promise((resolve) => {
    execFile(program, [file, ...words], { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

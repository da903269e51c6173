import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { builtCommand } from '../fixtures/built-command.ts';
import { standInClient, startStandIn } from './stand-in-receiver.ts';

function simulate(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((done) => {
    const [program, file] = builtCommand('simulate');
    const child = spawn(program, [file, ...args], {
      env: {
        PATH: process.env['PATH'],
        JET_CLIENT_ID: standInClient.clientId,
        JET_CLIENT_SECRET: standInClient.clientSecret,
      },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.on('close', (code) => done({ code, out, err }));
  });
}

describe('the command', () => {
  it('npm run simulate shows its help', async () => {
    const { code, out } = await simulate('--help');
    expect(code).toBe(0);
    expect(out).toContain('--no-landed');
    expect(out).toContain('Examples:');
  });

  it('npm run simulate ends with 2 for a bad option', async () => {
    const { code, err } = await simulate('--calls', 'none');
    expect(code).toBe(2);
    expect(err).toContain('whole number from 1');
  });

  it('npm run simulate runs against a receiver and ends with 0', async () => {
    const standIn = await startStandIn();
    const { code, out } = await simulate('--url', standIn.url, '--calls', '10', '--rate', '0', '--no-landed');
    await standIn.close();
    expect(out).toContain('No differences.');
    expect(code).toBe(0);
  });
});

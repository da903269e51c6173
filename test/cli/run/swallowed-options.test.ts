import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Command } from 'commander';
import { findSwallowed } from '../../../src/cli/run/swallowed-options.ts';
import { makeCommandFolder, type CommandFolder } from '../../fixtures/run-command.ts';
import { root } from '../../house/source-files.ts';

function replay(): Command {
  const command = new Command('replay');
  command.command('quarantine').option('--dry-run').option('--id <id>').option('--client-secret <secret>');
  command.command('deliveries').option('--dry-run').option('--state <state>').option('--no-limit');
  return command;
}

/** What npm sets for `npm run replay …`. */
const npm = (variables: Record<string, string>) => ({
  ...{ npm_lifecycle_event: 'replay', npm_config_yes: '', npm_config_loglevel: 'silent' },
  ...variables,
});

const lineOf = (given: string[], variables: Record<string, string>): string | undefined =>
  findSwallowed(replay(), given, npm(variables))?.line;

describe('options that npm swallowed', () => {
  it.each<[string[], Record<string, string>, string]>([
    [['quarantine'], { npm_config_dry_run: 'true' }, 'npm run replay -- quarantine --dry-run'],
    [['rejected'], { npm_config_state: 'true' }, 'npm run replay -- --state rejected'],
    [[], { npm_config_state: 'rejected' }, 'npm run replay -- --state rejected'],
    [['a', 'b'], { npm_config_id: 'true\n\ntrue' }, 'npm run replay -- --id a --id b'],
    [['quarantine', 'x y'], { npm_config_id: 'true' }, "npm run replay -- quarantine --id 'x y'"],
    [
      ['a', 'b'],
      { npm_config_state: 'true', npm_config_id: 'true' },
      'npm run replay -- a b --id <id> --state <state>',
    ],
    [[], { npm_config_client_secret: 'hunter22' }, 'npm run replay -- --client-secret <secret>'],
    [[], { npm_config_limit: '' }, 'npm run replay -- --no-limit'],
  ])(
    'options that npm swallowed from %j with %j are found, and the line is right',
    (given, variables, line) => {
      expect(lineOf(given, variables)?.replaceAll("'<", '<').replaceAll(">'", '>')).toBe(line);
    },
  );

  it('options that were given to the command too do not count as swallowed', () => {
    expect(lineOf(['quarantine', '--dry-run'], { npm_config_dry_run: 'true' })).toBeUndefined();
  });

  it("npm's own settings do not count as swallowed, and neither does anything under npx", () => {
    expect(lineOf([], { npm_config_json: 'true', npm_config_dry_run: '' })).toBeUndefined();
    const npx = { ...npm({ npm_config_dry_run: 'true' }), npm_lifecycle_event: 'npx' };
    expect(findSwallowed(replay(), [], npx)).toBeUndefined();
  });
});

describe('each command', () => {
  let folder: CommandFolder;
  beforeAll(async () => {
    folder = await makeCommandFolder();
  });
  afterAll(() => folder.remove());

  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const compiled = Object.entries(scripts).flatMap(([script, line]) => {
    const file = /dist\/src\/cli\/([\w/-]+)\.js$/.exec(line)?.[1];
    return file === undefined ? [] : [{ script, file }];
  });

  it.each(compiled)(
    'each command refuses each of its options when npm swallowed it ($script)',
    async ({ script, file }) => {
      const helpOf = async (args: string[]): Promise<string> =>
        (await folder.run(file, [...args, '--help'])).stdout;
      const help = await helpOf([]);
      const subcommands = [...(/^Commands:\n([^]*)/m.exec(help)?.[1] ?? '').matchAll(/^ {2}([a-z][\w-]*)/gm)]
        .map(([, name]) => name ?? '')
        .filter((name) => name !== 'help');
      const helps = [help, ...(await Promise.all(subcommands.map((name) => helpOf([name]))))];
      const options = new Set(
        helps.flatMap((text) => [...text.matchAll(/^ {2}--([a-z][\w-]*)/gm)].map(([, name]) => name ?? '')),
      );
      const variables = Object.fromEntries(
        [...options].map((name) => [
          `npm_config_${name.replace(/^no-/, '').replaceAll('-', '_')}`,
          name.startsWith('no-') ? '' : 'true',
        ]),
      );
      const { code, stderr } = await folder.run(file, [], { ...variables, npm_lifecycle_event: script });
      if (options.size === 0) return;
      expect(stderr).toContain(`npm run ${script} -- `);
      for (const name of options) expect(stderr).toContain(`--${name}`);
      expect(code).toBe(2);
    },
  );
});

describe('npm itself', () => {
  it('npm run replay replays nothing when npm swallowed --dry-run', async () => {
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      const child = execFile(
        'npm',
        ['run', 'replay', 'quarantine', '--dry-run'],
        { cwd: root },
        (_error, out, err) => resolve({ code: child.exitCode ?? -1, output: out + err }),
      );
    });
    expect(output).toContain('so nothing was done');
    expect(output).toContain('npm run replay -- quarantine --dry-run');
    expect(code).toBe(2);
  });
});

import { describe, expect, it } from 'vitest';
import { inFolder, receiverCommand, startProcess } from '../../../test/fixtures/receiver-process.ts';

/** Prints at exit which vendor libraries the process has loaded. */
const printLoaded = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module';
  const { cache } = createRequire(import.meta.url.startsWith('data:') ? '/' : import.meta.url);
  process.on('exit', () => {
    const names = Object.keys(cache).map((path) => /node_modules[/](@hubspot[/]api-client|knex)[/]/.exec(path)?.[1]);
    process.stdout.write('loaded: ' + [...new Set(names)].filter(Boolean).sort().join(', ') + '.');
  });
`)}`;
const [node, ...rest] = receiverCommand;
const main = rest.at(-1) ?? '';
const checkCommand = main.replace('main.js', 'cli/adapter-check.js');
const command = (file: string, ...args: string[]) => [
  node,
  '--import',
  printLoaded,
  ...rest.slice(0, -1),
  file,
  ...args,
];

describe('HubSpot’s library', () => {
  it('a receiver that does not name the adapter does not load HubSpot’s library', async () => {
    await inFolder(async (_start, folder) => {
      const receiver = startProcess(folder, { ADAPTERS: 'sql' }, command(main));
      await receiver.ready();
      receiver.child.kill('SIGTERM');
      await receiver.exited;
      expect(receiver.output()).toContain('loaded: knex.');
    });
  });

  it('HubSpot’s library is loaded when it is first needed', async () => {
    await inFolder(async (_start, folder) => {
      const settings = { HUBSPOT_ACCESS_TOKEN: 'pat-12345678', HUBSPOT_BASE_URL: 'http://127.0.0.1:9' };
      const check = startProcess(
        folder,
        { ADAPTERS: 'hubspot', ...settings },
        command(checkCommand, 'hubspot'),
      );
      await check.exited;
      expect(check.output()).toMatch(/loaded: @hubspot\/api-client/);
    });
  });
});

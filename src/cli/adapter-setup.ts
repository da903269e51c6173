import { createLogger } from '../app/logger.ts';
import { createCommand, runCommand } from './command-context.ts';
import { loadAdapter, withAdapter } from './adapter/one-adapter.ts';
import { showFindings } from './adapter/show-findings.ts';
import { print } from './print.ts';

const answersWithinMs = 60_000;

const command = createCommand(
  'adapter:setup',
  'Makes what an adapter needs at its real destination, such as a custom property. You can repeat it: existing things stay unchanged. The adapter need not be enabled.',
)
  .argument('<name>', "the adapter's name: its folder in adapters/")
  .action(async (name: string) => {
    const one = loadAdapter(name);
    const findings = await withAdapter(one, createLogger('silent'), async (adapter) =>
      adapter.setup === undefined ? undefined : await adapter.setup(AbortSignal.timeout(answersWithinMs)),
    );
    if (findings === undefined) print(`There is nothing to set up for ${name}.`);
    else process.exitCode = showFindings(name, findings) > 0 ? 1 : 0;
  });

await runCommand(command);

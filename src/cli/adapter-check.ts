import { createLogger } from '../app/logger.ts';
import { createCommand, runCommand } from './command-context.ts';
import { loadAdapter, withAdapter } from './adapter/one-adapter.ts';
import { showFindings } from './adapter/show-findings.ts';

const answersWithinMs = 30_000;

const command = createCommand(
  'adapter:check',
  "Checks an adapter's real destination with your settings: credentials, permissions, fields. Reads only. The adapter need not be enabled.",
)
  .argument('<name>', "the adapter's name: its folder in adapters/")
  .action(async (name: string) => {
    const one = loadAdapter(name);
    const findings = await withAdapter(one, createLogger('silent'), (adapter) =>
      adapter.check(AbortSignal.timeout(answersWithinMs)),
    );
    process.exitCode = showFindings(name, findings) > 0 ? 1 : 0;
  });

await runCommand(command);

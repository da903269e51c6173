import { resolve } from 'node:path';
import { createCommand, runCommand } from './command-context.ts';
import { newAdapter } from './adapter/copy-template.ts';
import { print } from './print.ts';

const command = createCommand(
  'adapter:new',
  'Makes your own adapter: a working copy of adapters/_template under a new name.',
)
  .argument('<name>', 'the name of the new adapter, in lower case with hyphens: acme-crm')
  .action(async (name: string) => {
    const { folder, changed, settings } = await newAdapter(resolve('.'), name);
    const lines = [
      `Made ${folder}/, which works without changes, and added it to ${changed.join(' and ')}.`,
      `Its settings: ${settings.join(', ')}`,
      '',
      'Next, see what the adapter would send:',
      `  npm run adapter:try -- ${name}`,
      `Then change ${folder}/mapping.ts and run the command again. The next steps are in adapters/README.md.`,
    ];
    lines.forEach(print);
  });

await runCommand(command);

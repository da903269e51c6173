import { resolve } from 'node:path';
import { createCommand, runCommand } from './command-context.ts';
import { newAdapter } from './adapter/copy-template.ts';
import { print } from './print.ts';

const command = createCommand(
  'adapter:new',
  'Makes an adapter of your own: a working copy of adapters/_template under a new name.',
)
  .argument('<name>', 'its name in lower case, with hyphens: acme-crm')
  .action(async (name: string) => {
    const { folder, changed, settings } = await newAdapter(resolve('.'), name);
    const lines = [
      `Made ${folder}/, which works as it is, and added it to ${changed.join(' and ')}.`,
      `Its settings: ${settings.join(', ')}`,
      '',
      'Next, see what it would send:',
      `  npm run adapter:try -- ${name}`,
      `then change ${folder}/mapping.ts, and look again. adapters/README.md goes on from there.`,
    ];
    lines.forEach(print);
  });

await runCommand(command);

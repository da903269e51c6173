import { resolve } from 'node:path';
import { createCommand, runCommand } from './command-context.ts';
import { listFile, newAdapter } from './adapter/copy-template.ts';
import { print } from './print.ts';

const command = createCommand(
  'adapter:new',
  'Makes your own adapter: a working copy of a template in adapters/ under a new name.',
)
  .argument('<name>', 'the name of the new adapter, in lower case with hyphens: acme-crm')
  .option(
    '--http',
    'for an HTTP API of a CRM, with a lookup and person match; without it, the copy writes to a file',
  )
  .action(async (name: string, { http = false }: { http?: boolean }) => {
    const template = http ? '_template-http' : '_template';
    const { folder, settings } = await newAdapter(resolve('.'), name, template);
    const lines = [
      `Made ${folder}/, which works without changes, and listed it in ${listFile}.`,
      `Its settings, which ${folder}/README.md explains: ${settings.join(', ')}`,
      '',
      'Next, see what the adapter would send:',
      `  npm run adapter:try -- ${name}`,
      `Then change ${folder}/mapping.ts and run the command again. The next steps are in adapters/README.md.`,
    ];
    lines.forEach(print);
  });

await runCommand(command);

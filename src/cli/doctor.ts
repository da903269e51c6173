import { createCommand, runCommand } from './command-context.ts';
import { showFindings } from './adapter/show-findings.ts';
import { examine } from './doctor/examine.ts';
import { loadSettings } from './load-settings.ts';

const command = createCommand(
  'doctor',
  'Checks settings, receiver, database, traffic and every enabled adapter, and says what to do about each fault. Changes nothing.',
).action(async () => {
  let faults = 0;
  for await (const { subject, findings } of examine(loadSettings()))
    faults += showFindings(subject, findings);
  process.exitCode = faults > 0 ? 1 : 0;
});

await runCommand(command);

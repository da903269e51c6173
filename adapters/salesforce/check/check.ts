import { AdapterMisconfigured, type Finding } from '#contract';
import { numberForms, withoutNumbers } from '#crm';
import { checkFields } from './check-fields.ts';
import { checkOthersTasks } from './check-others-tasks.ts';
import { checkOwners } from './check-owners.ts';
import { RequestRefused } from '../api/failure.ts';
import type { Parts } from '../tasks/parts.ts';
import { phoneSearch } from '../people/search.ts';

/** A number reserved for films. Nobody has it. */
const harmlessNumber = '+61491570006';

/** Checks token, fields, statuses, search, quota and owners. It only reads, with four requests or a few more. */
export async function check(parts: Parts, signal: AbortSignal): Promise<readonly Finding[]> {
  const { client } = parts;
  const token = await findings('The org issues a token.', async () => {
    await client.authorize(signal);
    return [ok('The org issues a token.')];
  });
  if (token.some(({ level }) => level === 'fault')) return token;
  const steps: readonly (readonly [string, () => Promise<readonly Finding[]>])[] = [
    ['The fields of a Task', () => checkFields(parts, signal)],
    ['The statuses of a Task', () => checkStatuses(parts, signal)],
    ['A search for a number', () => checkSearch(parts, signal)],
    ['Owners', () => checkOwners(parts, signal)],
    ['Tasks of other owners', () => checkOthersTasks(parts, signal)],
  ];
  const all = [...token];
  for (const [title, step] of steps) all.push(...(await findings(title, step)));
  return [...all, ...checkQuota(parts)];
}

async function checkStatuses({ client, config }: Parts, signal: AbortSignal): Promise<readonly Finding[]> {
  const rows = await client.query('SELECT MasterLabel, ApiName, IsClosed FROM TaskStatus', signal);
  const { SALESFORCE_STATUS_CLOSED: closed, SALESFORCE_STATUS_OPEN: open, SALESFORCE_LOG: log } = config;
  const hasStatus = (status: string, isClosed: boolean): boolean =>
    rows.some((row) => [row['ApiName'], row['MasterLabel']].includes(status) && row['IsClosed'] === isClosed);
  const labels = (isClosed: boolean): string =>
    rows.flatMap((row) => (row['IsClosed'] === isClosed ? [String(row['ApiName'])] : [])).join(', ');
  const found: Finding[] = [];
  if (!hasStatus(closed, true)) {
    const remedy = `Set SALESFORCE_STATUS_CLOSED to one of: ${labels(true)}.`;
    found.push({ level: 'fault', message: `"${closed}" is not a closed Task status in this org.`, remedy });
  }
  if (log === 'live' && !hasStatus(open, false)) {
    const remedy = `Set SALESFORCE_STATUS_OPEN to one of: ${labels(false)}.`;
    found.push({ level: 'fault', message: `"${open}" is not an open Task status in this org.`, remedy });
  }
  return found.length > 0 ? found : [ok(`The Task of an ended call gets the status "${closed}".`)];
}

async function checkSearch({ client, config }: Parts, signal: AbortSignal): Promise<readonly Finding[]> {
  const forms = numberForms(harmlessNumber);
  try {
    await client.search(phoneSearch(forms === undefined ? [] : [forms], config), signal);
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    return [
      {
        level: 'fault',
        message: `Salesforce refuses the search for numbers (${error.error.code}): ${withoutNumbers(error.error.message)}`,
        remedy:
          'Give the integration user read access to these objects and phone fields. Otherwise remove them from SALESFORCE_OBJECTS or SALESFORCE_PHONE_FIELDS, or set SALESFORCE_PERSON_ACCOUNTS=no.',
      },
    ];
  }
  return [ok(`Numbers can be searched in ${config.SALESFORCE_OBJECTS.join(', ')}.`)];
}

function checkQuota({ budget }: Parts): readonly Finding[] {
  const ratio = budget.usedRatio();
  if (ratio === undefined) return [];
  const percent = Math.round(ratio * 100);
  if (budget.now() === 'free') return [ok(`${percent} % of the org's daily API requests are used.`)];
  return [
    {
      level: 'warning',
      message: `${percent} % of the org's daily API requests are used, so the kit makes ${budget.now()}.`,
      remedy:
        'Find the app that uses them (Setup, System Overview, API Usage), or buy more. Ended calls still land.',
    },
  ];
}

/** The findings of one step, or a fault that says why the step failed. */
async function findings(title: string, step: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await step();
  } catch (error) {
    const remedy =
      error instanceof AdapterMisconfigured
        ? error.remedy
        : 'Try again in a minute. If it fails again, compare the settings with adapters/salesforce/README.md.';
    return [{ level: 'fault', message: `${title}: ${withoutNumbers((error as Error).message)}`, remedy }];
  }
}

function ok(message: string): Finding {
  return { level: 'ok', message };
}

import { AdapterMisconfigured, type AdapterTools, type Finding } from '#contract';
import { mappableFieldKind, numberForms, readUnmappedPlaces, type FieldMapping } from '#crm';
import type { PropertyDefinition } from '../api/answers.ts';
import { pauseFor } from '../api/pause.ts';
import { readContactRefusal } from '../people/make-contacts.ts';
import { formOf } from '../api/portal.ts';
import { callKey, contactKey, ownProperties } from './properties.ts';
import { Refusal } from '../api/refusal.ts';
import type { HubspotClient } from '../client.ts';
import type { HubspotConfig } from '../config.ts';

interface Checked {
  readonly client: HubspotClient;
  readonly config: HubspotConfig;
  readonly tools: AdapterTools;
}

// A number reserved for films and tests. Nobody has it.
const harmlessNumber = '+61491570156';
const setUpCommand = 'npm run adapter:setup -- hubspot';

/** Checks the portal and the settings. It only reads. */
export async function check(parts: Checked, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const look of [checkCalls, checkScopes, checkContacts, checkOwners, checkQuota]) {
    try {
      findings.push(...(await look(parts, signal)));
    } catch (error) {
      const finding = faultOf(error);
      findings.push(finding);
      // With a refused token, or while HubSpot is unreachable, nothing else can be checked.
      if (!(error instanceof Refusal && error.status === 403)) break;
    }
  }
  return findings;
}

function faultOf(error: unknown): Finding {
  const pause = pauseFor(error);
  const message = (pause ?? (error instanceof Refusal ? error : undefined))?.message;
  if (message === undefined) throw error;
  const remedy =
    pause instanceof AdapterMisconfigured
      ? pause.remedy
      : 'Check HUBSPOT_BASE_URL, and whether HubSpot is up (https://status.hubspot.com).';
  return { level: 'fault', message, remedy };
}

async function checkCalls({ client, config }: Checked, signal: AbortSignal): Promise<readonly Finding[]> {
  const definitions = await client.listProperties('calls', signal);
  const form = formOf(definitions);
  const mapped = config.HUBSPOT_FIELDS.flatMap(({ ours, theirs }): readonly Finding[] => {
    const definition = definitions.find(({ name }) => name === theirs);
    const isUnique = definition?.hasUniqueValue === true;
    const why =
      form.whyNotTaken(theirs) ??
      (isUnique ? 'it must be unique, but two calls can have the same value' : undefined);
    if (why === undefined) return typeFinding(ours, definition);
    const remedy = `Create it in HubSpot for calls, or correct HUBSPOT_FIELDS. Until then calls land without ${ours}.`;
    return [{ level: 'fault', message: `HUBSPOT_FIELDS maps ${ours} to ${theirs}: ${why}.`, remedy }];
  });
  const lacking = [...ownProperties].filter((name) => form.whyNotTaken(name) !== undefined);
  return [
    { level: 'ok', message: 'HubSpot accepts the access token.' },
    keyFinding(
      definitions.find(({ name }) => name === callKey),
      config.HUBSPOT_KEY,
    ),
    ...lacking.map((name): Finding => {
      const remedy =
        'Calls land without this property. See in Settings > Properties whether it is hidden or locked.';
      return { level: 'warning', message: `The portal does not accept ${name}.`, remedy };
    }),
    ...mapped,
  ];
}

const neededScopes = [
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.objects.companies.read',
  'crm.objects.companies.write',
  'crm.schemas.contacts.read',
];

/** A successful read does not prove that the token can write. */
async function checkScopes({ client, config }: Checked, signal: AbortSignal): Promise<readonly Finding[]> {
  const scopes = (await client.readToken(config.HUBSPOT_ACCESS_TOKEN, signal))?.scopes;
  if (scopes === undefined) return [];
  const needed = [...neededScopes, ...(config.HUBSPOT_OWNERS.size > 0 ? ['crm.objects.owners.read'] : [])];
  const lacking = needed.filter((scope) => !scopes.has(scope));
  // HubSpot describes only the tokens of private apps.
  const legacy: Finding = {
    level: 'warning',
    message:
      'The token belongs to a legacy private app. HubSpot has announced the end of such apps for September 2027.',
    remedy: 'Create a service key with the same scopes before then, and set HUBSPOT_ACCESS_TOKEN to it.',
  };
  if (lacking.length === 0)
    return [{ level: 'ok', message: 'The token has the scopes that it needs.' }, legacy];
  const remedy = 'Give these scopes to the service key or private app. The token stays the same.';
  return [legacy, { level: 'warning', message: `The token lacks ${lacking.join(', ')}.`, remedy }];
}

/**
 * A text property accepts every value. Another type accepts values of its kind, and an enumeration those in its list.
 */
function typeFinding(
  ours: FieldMapping['ours'],
  definition: PropertyDefinition | undefined,
): readonly Finding[] {
  const kind = mappableFieldKind(ours);
  if (definition === undefined || ['', 'string', typeOf[kind]].includes(definition.type)) return [];
  const { name, type } = definition;
  const message = `HUBSPOT_FIELDS maps ${ours} to ${name}, which is of type ${type}.`;
  const remedy = 'Values that it does not accept are omitted, and the trace names them.';
  return [{ level: 'warning', message, remedy }];
}

const typeOf = { text: 'string', number: 'number', boolean: 'bool', instant: 'datetime' } as const;

function keyFinding(key: PropertyDefinition | undefined, mode: 'unique' | 'search'): Finding {
  if (key === undefined) {
    return {
      level: 'fault',
      message: `The portal has no property ${callKey} on calls.`,
      remedy: `Make the property: ${setUpCommand}`,
    };
  }
  if (key.modificationMetadata?.readOnlyValue === true) {
    return {
      level: 'fault',
      message: `The property ${callKey} is read only.`,
      remedy: `Let the service key or private app write the property in Settings > Properties, or delete the property and run ${setUpCommand}.`,
    };
  }
  if (mode === 'search') {
    const remedy = key.hasUniqueValue
      ? 'The property is unique: set HUBSPOT_KEY=unique, and each call lands exactly once.'
      : 'If the portal accepts a unique property on calls, use HUBSPOT_KEY=unique.';
    return {
      level: 'warning',
      message:
        'HUBSPOT_KEY=search: after a crash, a call can appear twice. The search does not yet find a call that was created just before the crash.',
      remedy,
    };
  }
  if (!key.hasUniqueValue) {
    return {
      level: 'fault',
      message: `The property ${callKey} is not unique, and HUBSPOT_KEY=unique needs that.`,
      remedy: `Delete the property in HubSpot and run ${setUpCommand}, or set HUBSPOT_KEY=search.`,
    };
  }
  return { level: 'ok', message: `The property ${callKey} is unique: each call lands once.` };
}

async function checkContacts(
  { client, config, tools }: Checked,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const forms = numberForms(harmlessNumber);
  await client.searchContacts(forms === undefined ? [] : [forms], signal);
  const findings: Finding[] = [{ level: 'ok', message: 'Contacts can be searched by phone number.' }];
  if (config.HUBSPOT_UNMATCHED !== 'create') return findings;
  const key = (await client.listProperties('contacts', signal)).find(({ name }) => name === contactKey);
  findings.push(
    key?.hasUniqueValue === true
      ? { level: 'ok', message: `The property ${contactKey} is unique: each new number makes one contact.` }
      : {
          level: 'fault',
          message: `HUBSPOT_UNMATCHED=create needs a unique property ${contactKey} on contacts.`,
          remedy: `Make the property: ${setUpCommand}`,
        },
  );
  const refusal = await readContactRefusal(tools);
  if (refusal !== undefined) {
    const remedy = 'Find the rule or required property in HubSpot. Until then calls land without contacts.';
    findings.push({ level: 'warning', message: `HubSpot refuses new contacts: ${refusal}`, remedy });
  }
  return findings;
}

async function checkOwners(parts: Checked, signal: AbortSignal): Promise<readonly Finding[]> {
  const { client, config, tools } = parts;
  const findings: Finding[] = [];
  if (config.HUBSPOT_OWNERS.size > 0) {
    const owners = [
      ...(await client.listOwners(false, signal)),
      ...(await client.listOwners(true, signal)).map((owner) => ({ ...owner, archived: true })),
    ];
    for (const [place, name] of config.HUBSPOT_OWNERS) {
      const owner = owners.find(
        ({ id, email }) => id === name || email?.toLowerCase() === name.toLowerCase(),
      );
      if (owner?.archived === false) continue;
      const why = owner === undefined ? 'is not an owner in HubSpot' : 'was deactivated in HubSpot';
      const remedy = "Correct HUBSPOT_OWNERS. Until then such calls go to the contact's owner.";
      findings.push({ level: 'warning', message: `The owner for ${place} ${why}.`, remedy });
    }
    if (findings.length === 0)
      findings.push({ level: 'ok', message: `All ${config.HUBSPOT_OWNERS.size} owners are active.` });
  }
  const unmapped = await readUnmappedPlaces(tools.notes);
  if (unmapped.length === 0) return findings;
  const places = unmapped.slice(0, 10).map(([place, calls]) => `${place} (${calls})`);
  return [
    ...findings,
    {
      level: 'warning',
      message: `Places with calls but no entry in HUBSPOT_OWNERS (${unmapped.length}): ${places.join(', ')}.`,
      remedy: 'Add these places to HUBSPOT_OWNERS, as extension=email.',
    },
  ];
}

function checkQuota({ client }: Checked): Promise<readonly Finding[]> {
  const quota = client.dailyLeft();
  if (quota === undefined) return Promise.resolve([]);
  const { left, of } = quota;
  const message = `${left} of ${of} requests remain today.`;
  return Promise.resolve([
    left / of > 0.05
      ? { level: 'ok', message }
      : {
          level: 'warning',
          message,
          remedy: 'Find the app that uses them up in HubSpot (Settings > Usage).',
        },
  ]);
}

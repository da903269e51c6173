import { AdapterMisconfigured, type Finding } from '#contract';
import type { PropertyDefinition } from '../api/answers.ts';
import type { HubspotClient } from '../client.ts';
import type { HubspotConfig } from '../config.ts';
import { pauseFor } from '../api/pause.ts';
import type { NewProperty } from '../api/portal-api.ts';
import { callKey, contactKey } from './properties.ts';
import { Refusal } from '../api/refusal.ts';

const group = { name: 'jet_receiver', label: 'Jet receiver' };

const callKeyProperty: Omit<NewProperty, 'hasUniqueValue'> = {
  name: callKey,
  label: 'Jet call key',
  description: 'Tells one phone call from another, so that each is logged once. Written by Jet receiver.',
  groupName: group.name,
};

const contactKeyProperty: NewProperty = {
  name: contactKey,
  label: 'Jet phone number',
  description: 'The number that Jet receiver made this contact for, so that it makes no second one.',
  groupName: group.name,
  hasUniqueValue: true,
};

/** Creates the kit's own properties in the portal. It can be repeated: existing properties stay. */
export async function setUp(
  client: HubspotClient,
  config: HubspotConfig,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const findings = [await makeCallKey(client, config, signal)];
    if (config.HUBSPOT_UNMATCHED === 'create')
      findings.push(found(await make(client, 'contacts', contactKeyProperty, signal), contactKeyProperty));
    return findings;
  } catch (error) {
    const pause = pauseFor(error);
    const message = (pause ?? (error instanceof Refusal ? error : undefined))?.message;
    if (message === undefined) throw error;
    const remedy =
      pause instanceof AdapterMisconfigured
        ? pause.remedy
        : 'Run the command again. It can be repeated safely.';
    return [{ level: 'fault', message, remedy }];
  }
}

async function makeCallKey(
  client: HubspotClient,
  config: HubspotConfig,
  signal: AbortSignal,
): Promise<Finding> {
  const isUnique = config.HUBSPOT_KEY === 'unique';
  const property = { ...callKeyProperty, hasUniqueValue: isUnique };
  try {
    return found(await make(client, 'calls', property, signal), property);
  } catch (error) {
    if (!(isUnique && error instanceof Refusal && error.status === 400)) throw error;
    return {
      level: 'fault',
      message: `The portal refuses a unique property on calls. ${error.message}`,
      remedy: 'Set HUBSPOT_KEY=search and run this again. After a crash, a call can then appear twice.',
    };
  }
}

interface Made {
  readonly definition: PropertyDefinition;
  readonly isNew: boolean;
}

/** Does not ask for an existing property again: HubSpot accepts a name only once. */
async function make(
  client: HubspotClient,
  type: 'calls' | 'contacts',
  property: NewProperty,
  signal: AbortSignal,
): Promise<Made> {
  const there = await read(client, type, property.name, signal);
  if (there !== undefined) return { definition: there, isNew: false };
  await ignoreConflict(client.createGroup(type, group, signal));
  const made = await ignoreConflict(client.createProperty(type, property, signal));
  const definition = made ?? (await read(client, type, property.name, signal));
  if (definition === undefined)
    throw new Error(`HubSpot says that ${property.name} exists, but does not return it`);
  return { definition, isNew: made !== undefined };
}

async function read(
  client: HubspotClient,
  type: 'calls' | 'contacts',
  name: string,
  signal: AbortSignal,
): Promise<PropertyDefinition | undefined> {
  return (await client.listProperties(type, signal)).find((definition) => definition.name === name);
}

async function ignoreConflict<Result>(work: Promise<Result>): Promise<Result | undefined> {
  return await work.catch((error: unknown) => {
    if (error instanceof Refusal && error.status === 409) return undefined;
    throw error;
  });
}

function found({ definition, isNew }: Made, { name, hasUniqueValue }: NewProperty): Finding {
  if (hasUniqueValue && !definition.hasUniqueValue) {
    return {
      level: 'fault',
      message: `The property ${name} exists and is not unique. That cannot be changed afterwards.`,
      remedy: `Delete ${name} in HubSpot (Settings > Properties) and run this again, or set HUBSPOT_KEY=search.`,
    };
  }
  const kind = definition.hasUniqueValue ? 'unique' : 'not unique';
  return { level: 'ok', message: `The property ${name} ${isNew ? 'was made' : 'is there'} (${kind}).` };
}

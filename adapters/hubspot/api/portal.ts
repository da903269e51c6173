import type { Clock } from '#contract';
import type { PropertyDefinition } from './answers.ts';
import type { HubspotClient } from '../client.ts';
import { usualChoices, type CallChoices } from '../mapping.ts';
import { keyMissing } from './pause.ts';
import { callKey, requiredProperties } from '../check/properties.ts';
import { Refusal } from './refusal.ts';

/** What a portal accepts for a call. */
export interface CallForm {
  readonly choices: CallChoices;
  /** Why this portal does not accept a property, in words for a trace. Undefined: it may accept it. */
  whyNotTaken(name: string): string | undefined;
}

/** Reads the portal's call properties, at most once an hour. */
export interface Portal {
  /** @throws AdapterMisconfigured when the key property is missing, or is not unique where it must be */
  callForm(signal: AbortSignal): Promise<CallForm>;
}

const validForMs = 3_600_000;

/** @param key `HUBSPOT_KEY` */
export function createPortal(client: HubspotClient, key: 'unique' | 'search', clock: Clock): Portal {
  let form: CallForm | undefined;
  let readAtMs = 0;
  return {
    async callForm(signal) {
      const nowMs = clock();
      if (form !== undefined && Math.abs(nowMs - readAtMs) < validForMs) return form;
      try {
        const definitions = await client.listProperties('calls', signal);
        // This check is the only one: without a unique key, HubSpot accepts a second call silently.
        const held = definitions.find(({ name }) => name === callKey);
        if (held === undefined || (key === 'unique' && !held.hasUniqueValue)) throw keyMissing();
        form = formOf(definitions);
      } catch (error) {
        // A token that cannot read definitions may still be able to write calls.
        if (!(error instanceof Refusal && error.status === 403)) throw error;
        form = { choices: usualChoices, whyNotTaken: () => undefined };
      }
      readAtMs = nowMs;
      return form;
    },
  };
}

export function formOf(definitions: readonly PropertyDefinition[]): CallForm {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const optionsOf = (name: string): PropertyDefinition['options'] => byName.get(name)?.options ?? [];
  const statuses = optionsOf('hs_call_status').map(({ value }) => value);
  const dispositions = optionsOf('hs_call_disposition').map(
    ({ label, value }) => [label.toLowerCase(), value] as const,
  );
  return {
    choices: {
      // An empty list means that the options are unknown, so the usual ones are tried.
      statuses: statuses.length === 0 ? usualChoices.statuses : new Set(statuses),
      dispositions: dispositions.length === 0 ? usualChoices.dispositions : new Map(dispositions),
    },
    whyNotTaken(name) {
      // A required property is always tried: a refusal says what to do.
      if (requiredProperties.has(name)) return undefined;
      const definition = byName.get(name);
      if (definition === undefined) return 'the portal has no such property';
      return definition.modificationMetadata?.readOnlyValue === true ? 'it is read only there' : undefined;
    },
  };
}

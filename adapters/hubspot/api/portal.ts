import type { Clock } from '#contract';
import type { PropertyDefinition } from './answers.ts';
import type { HubspotClient } from '../client.ts';
import { usualChoices, type CallChoices } from '../mapping.ts';
import { keyMissing } from './pause.ts';
import { callKey, requiredProperties } from '../check/properties.ts';
import { Refusal } from './refusal.ts';

/** What a portal takes for a call. */
export interface CallForm {
  readonly choices: CallChoices;
  /**
   * Why a property is not taken in this portal, in words for a trace; undefined: it may be.
   */
  whyNotTaken(name: string): string | undefined;
}

/** Reads how a portal defines calls, once an hour. */
export interface Portal {
  /** @throws AdapterMisconfigured when the key property is not there, or not unique where it has to be */
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
        // Nobody else would notice: without a unique key HubSpot takes a second call without a word.
        const held = definitions.find(({ name }) => name === callKey);
        if (held === undefined || (key === 'unique' && !held.hasUniqueValue)) throw keyMissing();
        form = formOf(definitions);
      } catch (error) {
        // A token that may not read definitions can land calls all the same.
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
      // No options at all are none that are told: the usual ones are tried.
      statuses: statuses.length === 0 ? usualChoices.statuses : new Set(statuses),
      dispositions: dispositions.length === 0 ? usualChoices.dispositions : new Map(dispositions),
    },
    whyNotTaken(name) {
      // What cannot be left out is tried: the refusal says what to do.
      if (requiredProperties.has(name)) return undefined;
      const definition = byName.get(name);
      if (definition === undefined) return 'the portal has no such property';
      return definition.modificationMetadata?.readOnlyValue === true ? 'it is read only there' : undefined;
    },
  };
}

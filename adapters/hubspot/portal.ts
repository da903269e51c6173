import { fingerprint, type Clock } from '#contract';
import type { PropertyDefinition } from './answers.ts';
import type { HubspotClient } from './client.ts';
import { usualChoices, type CallChoices } from './mapping.ts';
import { requiredProperties, type Properties } from './properties.ts';
import { Refusal } from './refusal.ts';
import type { Left } from './trace.ts';

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
  callForm(signal: AbortSignal): Promise<CallForm>;
}

const validForMs = 3_600_000;

export function createPortal(client: HubspotClient, clock: Clock): Portal {
  let form: CallForm | undefined;
  let readAtMs = 0;
  return {
    async callForm(signal) {
      const nowMs = clock();
      if (form !== undefined && Math.abs(nowMs - readAtMs) < validForMs) return form;
      try {
        form = formOf(await client.listProperties('calls', signal));
      } catch (error) {
        // A token that may not read definitions can land calls all the same.
        if (!(error instanceof Refusal && error.status === 403)) throw error;
        form = unknownForm;
      }
      readAtMs = nowMs;
      return form;
    },
  };
}

const unknownForm: CallForm = { choices: usualChoices, whyNotTaken: () => undefined };

export function formOf(definitions: readonly PropertyDefinition[]): CallForm {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const optionsOf = (name: string): PropertyDefinition['options'] => byName.get(name)?.options ?? [];
  return {
    choices: {
      statuses: new Set(optionsOf('hs_call_status').map(({ value }) => value)),
      dispositions: new Map(
        optionsOf('hs_call_disposition').map(({ label, value }) => [label.toLowerCase(), value]),
      ),
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

/** What of the properties a portal takes, and why it does not take the others. */
export function takenBy(form: CallForm, properties: Properties): { taken: Properties; dropped: Left } {
  const dropped = Object.entries(properties).flatMap(([name, value]) => {
    const why = form.whyNotTaken(name);
    return why === undefined ? [] : [[name, { why, value: fingerprint(value) }] as const];
  });
  return {
    taken: without(
      properties,
      dropped.map(([name]) => name),
    ),
    dropped: Object.fromEntries(dropped),
  };
}

/** The properties but for some. */
export function without(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

import { cutText, type Delivery } from '#contract';
import { mappedValues, type Fields } from '#crm';
import { RequestFailed, RequestRefused, type ApiError } from '../api/failure.ts';
import { fieldsNamed } from '../api/item-verdict.ts';
import type { Parts } from './parts.ts';

export function createFieldLengths(): Parts['lengths'] {
  return { known: new Map(), askedAtMs: undefined };
}

// The assumed length of a field whose length is unknown.
const usualLength = 255;
// An administrator may widen a field.
const descriptionValidForMs = 6 * 3_600_000;

/** Reads the lengths of the org's fields before the first long text is sent, and again every few hours. */
export async function prepareLengths(
  parts: Parts,
  deliveries: readonly Delivery[],
  signal: AbortSignal,
): Promise<void> {
  const { client, budget, config, lengths, mapped, tools } = parts;
  const nowMs = tools.clock();
  if (lengths.askedAtMs !== undefined && nowMs - lengths.askedAtMs < descriptionValidForMs) return;
  const isLong = ({ call }: Delivery): boolean =>
    [...mappedValues(call, config.SALESFORCE_FIELDS).values()].some(
      (mapping) => mapping.kind === 'text' && mapping.value.length > usualLength,
    );
  if (!deliveries.some(isLong) || budget.now() === 'final writes only') return;
  try {
    const { fields } = await client.describe('Task', signal);
    for (const { name, length } of fields.values())
      if (mapped.has(name) && length > 0) lengths.known.set(name, length);
  } catch (error) {
    if (!(error instanceof RequestRefused || error instanceof RequestFailed)) throw error;
    tools.log.warn({ error }, 'Salesforce does not describe its fields, so long texts are sent whole first');
  }
  lengths.askedAtMs = nowMs;
}

/**
 * Learns the lengths of mapped fields from a record that was refused for too long texts.
 *
 * @returns true when nothing else was wrong, so the record can be sent again with shorter texts
 */
export function learnLengths(
  { lengths: { known }, mapped }: Pick<Parts, 'lengths' | 'mapped'>,
  errors: readonly ApiError[],
  sent: Fields,
): boolean {
  const learned = errors.map((error): readonly [string, number] | undefined => {
    const length = Number(/max length=(\d+)/.exec(error.message)?.[1] ?? usualLength);
    const [name, ...more] = fieldsNamed(error, sent).filter((field) => mapped.has(field));
    const isTooLong = error.code === 'STRING_TOO_LONG' && name !== undefined && more.length === 0;
    return isTooLong && String(sent[name]).length > length ? [name, length] : undefined;
  });
  for (const one of learned) if (one !== undefined) known.set(...one);
  return learned.length > 0 && !learned.includes(undefined);
}

/** Cuts texts to the length of their fields, where these lengths are known. */
export function cutToFit({ lengths: { known } }: Pick<Parts, 'lengths'>, fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const length = known.get(name);
      // Salesforce trims texts. A text that is trimmed before it is sent comes back unchanged.
      return [
        name,
        typeof value === 'string' && length !== undefined ? cutText(value, length).trim() : value,
      ];
    }),
  );
}

import { cutText, type Delivery } from '#contract';
import { mappedValues, type Fields } from '#crm';
import { RequestFailed, RequestRefused, type ApiError } from '../api/failure.ts';
import { fieldsNamed } from '../api/item-verdict.ts';
import type { Parts } from './parts.ts';

export function createFieldLengths(): Parts['lengths'] {
  return { known: new Map(), askedAtMs: undefined };
}

// The length of a field whose own length nobody says.
const usualLength = 255;
// Somebody may widen a field.
const descriptionHoldsMs = 6 * 3_600_000;

/** Asks the org how long its fields are, before the first text that is longer than usual; then every few hours. */
export async function prepareLengths(
  parts: Parts,
  deliveries: readonly Delivery[],
  signal: AbortSignal,
): Promise<void> {
  const { client, budget, config, lengths, mapped, tools } = parts;
  const nowMs = tools.clock();
  if (lengths.askedAtMs !== undefined && nowMs - lengths.askedAtMs < descriptionHoldsMs) return;
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
    tools.log.warn({ error }, 'Salesforce does not describe its fields; long texts are tried whole');
  }
  lengths.askedAtMs = nowMs;
}

/**
 * Learns how long mapped fields are from a record that was refused for texts that are longer.
 *
 * @returns true when that is all that was wrong with it: cut to fit, it can be sent again
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

/** Texts of mapped fields no longer than the org takes them, as far as their lengths are known. */
export function cutToFit({ lengths: { known } }: Pick<Parts, 'lengths'>, fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const length = known.get(name);
      // Salesforce trims texts: ours come back as they were sent only when they are trimmed before.
      return [
        name,
        typeof value === 'string' && length !== undefined ? cutText(value, length).trim() : value,
      ];
    }),
  );
}

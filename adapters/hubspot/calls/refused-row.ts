import { AdapterMisconfigured } from '#contract';
import type { Row, RowResult } from '#crm';
import { forbidden, keyMissing } from '../api/pause.ts';
import {
  isKeyFault,
  namedProperties,
  rowFaultOf,
  withoutNumbers,
  type ErrorDetails,
} from '../api/refusal.ts';
import { callKey, ownerProperty, requiredProperties } from '../check/properties.ts';
import { missingProperties, requiredSentence } from '../check/required-properties.ts';

/** The result of a row that lands without what the error names. Undefined: the error names something else. */
export function withoutOptional({ fields }: Row, error: ErrorDetails): RowResult | undefined {
  if (rowFaultOf(error) !== 'the row') return undefined;
  // To drop something does not mend what HubSpot requires.
  if (missingProperties(error).length > 0) return undefined;
  const names = namedProperties(error, Object.keys(fields));
  if (names.length === 0 || names.some((name) => requiredProperties.has(name))) return undefined;
  return {
    kind: 'dropFields',
    names,
    why: 'HubSpot refuses the value',
    isRemembered: true,
    isOwnerRefused: names.includes(ownerProperty),
  };
}

/** The result of a row whose error cannot be mended by dropping something. */
export function refusedRow(error: ErrorDetails): RowResult {
  const fault = rowFaultOf(error);
  const message = withoutNumbers(error.message === '' ? error.category : error.message);
  if (fault === 'forbidden') return { kind: 'stop', error: forbidden(`HubSpot: ${message}`, error) };
  if (isKeyFault(error, callKey)) return { kind: 'stop', error: keyMissing() };
  if (fault === 'for now') return { kind: 'later', code: 'hubspot_busy', reason: `HubSpot: ${message}` };
  const missing = missingProperties(error);
  if (missing.length > 0) return propertyRequired(missing);
  return {
    kind: 'refused',
    code: 'refused_by_hubspot',
    reason: `HubSpot refuses the call: ${message}`,
    remedy:
      'Change the rule or the property in HubSpot, or adapters/hubspot/mapping.ts, then: npm run replay -- --state rejected',
  };
}

/** A rule of the portal requires properties that a call lacks. */
function propertyRequired(missing: readonly string[]): RowResult {
  const them = missing.length === 1 ? 'it' : 'them';
  return {
    kind: 'refused',
    code: 'property_required',
    reason: `${requiredSentence(missing, 'calls')}: map ${them} with HUBSPOT_FIELDS or relax the rule`,
    remedy: `Map ${them} with HUBSPOT_FIELDS, or relax the rule in HubSpot (Settings > Properties). Then: npm run replay -- --state rejected`,
  };
}

/**
 * Rows of a batch that was refused as a whole. The same rule refuses each row that lacks a required property; the
 * others are sent again. Otherwise all are sent in halves.
 *
 * @param valueOf the value that a row has for a property
 */
export function refusedTogether(
  rows: readonly Row[],
  error: ErrorDetails,
  valueOf: (row: Row, name: string) => unknown,
): RowResult[] {
  const results = rows.map((row): RowResult => {
    const lacking = missingProperties(error).filter((name) => (valueOf(row, name) ?? '') === '');
    return lacking.length > 0 ? propertyRequired(lacking) : { kind: 'dropFields', names: [], why: '' };
  });
  return results.some(({ kind }) => kind === 'refused')
    ? results
    : rows.map(() => ({ kind: 'split', later }));
}

const later = {
  kind: 'later',
  code: 'many_refused',
  reason: 'HubSpot refused so many calls of the batch that the rest of it waits.',
} as const;

/** Results of further requests for some of the rows of an answer: an error does not take away the other results. */
export async function orStop(
  rows: readonly Row[],
  work: () => Promise<readonly RowResult[]>,
): Promise<readonly RowResult[]> {
  if (rows.length === 0) return [];
  try {
    return await work();
  } catch (error) {
    const stop: RowResult = {
      kind: 'stop',
      error: error instanceof Error ? error : new AdapterMisconfigured(String(error), ''),
    };
    return rows.map(() => stop);
  }
}

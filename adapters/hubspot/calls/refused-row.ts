import { AdapterMisconfigured } from '#contract';
import { withoutNumbers, type Row, type RowResult } from '#crm';
import { forbidden, keyMissing } from '../api/pause.ts';
import { isKeyFault, namedProperties, rowFaultOf, type ErrorDetails } from '../api/refusal.ts';
import { callKey, ownerProperty, requiredProperties } from '../check/properties.ts';
import { missingProperties, requiredSentence } from '../check/required-properties.ts';

/**
 * The result of a row that can land without the fields that the error names. Undefined: the error names other fields.
 */
export function withoutOptional({ fields }: Row, error: ErrorDetails): RowResult | undefined {
  if (rowFaultOf(error) !== 'the row') return undefined;
  // Dropping a field cannot satisfy a rule that requires one.
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

/** The result of a row that cannot be saved by dropping fields. */
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

/** The result of a row that lacks properties which a rule of the portal requires. */
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
 * Results of a batch that was refused as a whole. Each row without a required property is refused by that rule, and the
 * others are sent again. If no rule applies, all rows are sent in halves.
 * @param valueOf a row's value for a property
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
  reason: 'HubSpot refused too many calls of the batch; the rest is retried later.',
} as const;

/** Keeps the other results of an answer when further requests for some of its rows fail. */
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

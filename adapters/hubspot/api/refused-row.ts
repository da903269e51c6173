import { retry } from '#contract';
import { refused } from '../calls/outcomes.ts';
import { forbidden, keyMissing } from './pause.ts';
import { withWhom } from '../people/match-again.ts';
import { callKey, ownerProperty, requiredProperties, without, type Properties } from '../check/properties.ts';
import { isKeyFault, namedProperties, rowFaultOf, withoutNumbers, type ErrorDetails } from './refusal.ts';
import { missingProperties } from '../check/required-properties.ts';
import type { Landing, Run } from './run.ts';

/** The optional properties that an error names, and remembers their values as refused. None where it names another. */
export function refuseOptional(run: Run, properties: Properties, error: ErrorDetails): readonly string[] {
  // What HubSpot requires is not mended by leaving something out.
  if (missingProperties(error).length > 0) return [];
  const named = namedProperties(error, Object.keys(properties));
  if (named.some((name) => requiredProperties.has(name))) return [];
  for (const name of named) {
    const value = properties[name] ?? '';
    if (name === ownerProperty) run.owners.refuse(value);
    run.refusedValues.add(name, value);
  }
  return named;
}

/** A landing without the properties that were refused; another owner takes the place of a refused one. */
export function withoutOptional<Row extends Landing>(run: Run, row: Row, names: readonly string[]): Row {
  const { left } = run.refusedValues.strip(row.properties);
  const next = { ...row, properties: without(row.properties, names), dropped: { ...row.dropped, ...left } };
  return names.includes(ownerProperty) ? { ...next, ...withWhom(run, next) } : next;
}

/**
 * Answers a row whose error cannot be mended by leaving something out.
 *
 * @throws AdapterMisconfigured when a person has to mend something before any call can land
 */
export function setRefused(run: Run, { delivery: { id } }: Landing, error: ErrorDetails): void {
  const fault = rowFaultOf(error);
  const reason = `HubSpot: ${withoutNumbers(error.message === '' ? error.category : error.message)}`;
  if (fault === 'forbidden') throw forbidden(reason, error);
  if (isKeyFault(error, callKey)) throw keyMissing();
  if (fault === 'for now') run.outcomes.set(id, retry(id, 'hubspot_busy', reason));
  else {
    run.outcomes.set(id, refused(id, error));
    run.refusals.count += 1;
  }
}

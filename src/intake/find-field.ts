import { jetFields, type JetField } from '../domain/jet-fields.ts';
import { foldKey } from './flatten.ts';

/** A field, and how many names stand on the way before its own. */
export interface FieldPlace {
  readonly field: JetField;
  readonly depth: number;
}

const fieldsByKey: ReadonlyMap<string, JetField> = new Map(
  jetFields.map((field) => [foldKey(field.jetName), field]),
);

// As Jet's page writes them, which most bodies do: folding each key costs more than all else in reading a push.
const placesByJetName: ReadonlyMap<string, FieldPlace> = new Map(
  jetFields.map((field) => [field.jetName, { field, depth: 0 }]),
);

// No field's name has more words. A key of nothing but dots must not be tried at each of them.
const wordsMax = 6;

/**
 * The field that a path names: as a whole (`googleAnalytics.clientId`), or by its last names (`web.session_id`),
 * whether objects or dots join them. What stands under `attributes` is no field.
 */
export function findField(path: readonly string[]): FieldPlace | undefined {
  const [only = ''] = path;
  const exact = path.length === 1 ? placesByJetName.get(only) : undefined;
  if (exact !== undefined) return exact;
  const names = path.flatMap((key) => key.split('.'));
  const whole = fieldsByKey.get(foldKey(names.join('')));
  if (whole !== undefined) return { field: whole, depth: 0 };
  for (let depth = Math.max(1, names.length - wordsMax); depth < names.length; depth += 1) {
    const field = fieldsByKey.get(foldKey(names.slice(depth).join('')));
    if (field === undefined) continue;
    const isOfAttributes = names.slice(0, depth).some((name) => foldKey(name) === 'attributes');
    return isOfAttributes ? undefined : { field, depth };
  }
  return undefined;
}

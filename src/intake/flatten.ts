import type { JsonValue } from '../domain/jet-fields.ts';

/** One value of a body, with its path. */
export interface Leaf {
  /** The keys that lead to the value, as received. */
  readonly path: readonly string[];
  readonly value: JsonValue;
}

/** Folds a key: lower case, without spaces, underscores, hyphens and dots. `call Start Time` = `callStartTime`. */
export function foldKey(key: string): string {
  return key.toLowerCase().replace(/[\s_.-]/g, '');
}

/**
 * Lists the values of a body, including those of nested objects. An array counts as one value, and so does everything
 * under a key for which `isWhole` is true.
 */
export function flatten(
  body: Readonly<Record<string, JsonValue>>,
  isWhole: (key: string) => boolean,
): Leaf[] {
  const leaves: Leaf[] = [];
  collect(body, [], isWhole, leaves);
  return leaves;
}

function collect(
  object: Readonly<Record<string, JsonValue>>,
  path: readonly string[],
  isWhole: (key: string) => boolean,
  leaves: Leaf[],
): void {
  for (const key of Object.keys(object)) {
    const value = object[key] as JsonValue;
    const here = [...path, key];
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isWhole(key)) {
      collect(value, here, isWhole, leaves);
    } else {
      leaves.push({ path: here, value });
    }
  }
}

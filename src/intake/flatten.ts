import type { JsonValue } from '../domain/jet-fields.ts';

/** One value of a body, with its place. */
export interface Leaf {
  /** The keys that lead to the value, as received, joined with dots. */
  readonly key: string;
  /** The number of objects around the value's own object. */
  readonly level: number;
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
  collect(body, '', 0, isWhole, leaves);
  return leaves;
}

function collect(
  object: Readonly<Record<string, JsonValue>>,
  prefix: string,
  level: number,
  isWhole: (key: string) => boolean,
  leaves: Leaf[],
): void {
  for (const name of Object.keys(object)) {
    const value = object[name] as JsonValue;
    const key = level === 0 ? name : prefix + name;
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isWhole(name)) {
      collect(value, `${key}.`, level + 1, isWhole, leaves);
    } else {
      leaves.push({ key, level, value });
    }
  }
}

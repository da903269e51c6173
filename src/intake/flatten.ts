import type { JsonValue } from '../domain/jet-fields.ts';

/** One value of a body, and where it stood. */
export interface Leaf {
  /** The keys on the way to it, as they came. */
  readonly path: readonly string[];
  readonly value: JsonValue;
}

/** A key without case, spaces, underscores, hyphens and dots: `call Start Time` = `callStartTime`. */
export function foldKey(key: string): string {
  return key.toLowerCase().replace(/[\s_.-]/g, '');
}

/**
 * The values of a body, with nested objects taken apart. Arrays are values, and so is whatever stands under a
 * key for which `isWhole` holds.
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

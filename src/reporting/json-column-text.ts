// MariaDB refuses a JSON value with more than 32 levels.
const levelsMax = 30;

// PostgreSQL refuses U+0000 and half of a surrogate pair in JSON. MySQL refuses numbers that no double can hold.
const refusedEscape = /\\u(?:0000|d[89a-f])/i;
const hugeNumber = /\de\+?\d{3}|\d{300}/i;

/**
 * Makes a JSON text that every database accepts. A text that is not JSON or has too many levels becomes a JSON
 * string. The store keeps the original.
 */
export function jsonColumnText(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return JSON.stringify(storable(text));
  }
  if (levelsOf(text) > levelsMax) return JSON.stringify(storable(text));
  if (!refusedEscape.test(text) && !hugeNumber.test(text) && text.isWellFormed()) return text;
  return JSON.stringify(cleaned(value));
}

function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [storable(key), cleaned(each)]));
}

/** Counts brackets outside of strings, so that a deep value needs no deep recursion. */
function levelsOf(json: string): number {
  let level = 0;
  let deepest = 0;
  let isInString = false;
  // A regular expression would take longer than the rest of the row.
  for (let at = 0; at < json.length; at += 1) {
    const mark = json[at];
    if (mark === '"') isInString = !isInString;
    // An escape, which only a string can have.
    else if (mark === '\\') at += 1;
    else if (isInString) continue;
    else if (mark === '[' || mark === '{') deepest = Math.max(deepest, (level += 1));
    else if (mark === ']' || mark === '}') level -= 1;
  }
  return deepest;
}

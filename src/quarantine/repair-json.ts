import { jsonrepair } from 'jsonrepair';

/**
 * Repairs a text that was meant to be JSON: raw line breaks, trailing commas, quotes that are not escaped. Undefined
 * when the text cannot be repaired.
 */
export function repairJson(text: string): string | undefined {
  const opened = escapeNestedJson(text);
  return tolerantly(opened) ?? tolerantly(escapeStrayQuotes(opened));
}

function tolerantly(text: string): string | undefined {
  try {
    return jsonrepair(text);
  } catch {
    // The text cannot be repaired, or it is nested too deeply for the stack.
    return undefined;
  }
}

/** Escapes a JSON object or list that is inside quotes without escapes: `"attributes":"{"gclid":"x"}"`. */
function escapeNestedJson(text: string): string {
  let result = '';
  let from = 0;
  for (const opening of text.matchAll(/:\s*"(?=\s*[{[])/g)) {
    const start = opening.index + opening[0].length;
    if (start < from) continue;
    const closing = /[}\]]\s*"(?=\s*(?:[,}\]]|$))/g;
    closing.lastIndex = start;
    // The number of attempts is limited, because each attempt parses the text in between.
    for (let tries = 0; tries < 20; tries += 1) {
      const end = closing.exec(text);
      if (end === null) break;
      const inner = text.slice(start, end.index + end[0].length - 1);
      if (!/(?<!\\)"/.test(inner)) break;
      if (!isJson(inner)) continue;
      result += `${text.slice(from, start - 1)}${JSON.stringify(inner)}`;
      from = end.index + end[0].length;
      break;
    }
  }
  return result + text.slice(from);
}

/** Escapes each quote that does not end its text, judged by the characters after the quote. */
function escapeStrayQuotes(text: string): string {
  const isEnd = /\s*(?:[}\]:]|$|,\s*(?:"[^"]*"\s*:|[}\]]|[{[\d]|true|false|null))/y;
  let result = '';
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (isInText && character === '\\') {
      result += text.slice(at, at + 2);
      at += 1;
      continue;
    }
    if (character !== '"') {
      result += character;
      continue;
    }
    isEnd.lastIndex = at + 1;
    const isStray = isInText && !isEnd.test(text);
    result += isStray ? '\\"' : '"';
    if (!isStray) isInText = !isInText;
  }
  return result;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** One place where a repaired text differs from the received text. */
export interface Change {
  /** The position in the received text, in characters from 0. */
  readonly at: number;
  readonly removed: string;
  readonly added: string;
}

// Two texts agree again when this many characters are equal. A change is only a few characters long.
const agreeingCharacters = 4;
const searchedCharacters = 64;

/** The places where two texts differ, in order. */
export function changesBetween(before: string, after: string): Change[] {
  const changes: Change[] = [];
  let at = 0;
  let to = 0;
  while (at < before.length || to < after.length) {
    if (before[at] === after[to]) {
      at += 1;
      to += 1;
      continue;
    }
    const [removed, added] = nextAgreement(before.slice(at), after.slice(to));
    changes.push({ at, removed: before.slice(at, at + removed), added: after.slice(to, to + added) });
    at += removed;
    to += added;
  }
  return changes;
}

/** How many characters to skip in each text until the texts agree. If they never do, all characters of both. */
function nextAgreement(before: string, after: string): [removed: number, added: number] {
  for (let total = 1; total <= searchedCharacters; total += 1) {
    for (let removed = 0; removed <= total; removed += 1) {
      const added = total - removed;
      if (removed > before.length || added > after.length) continue;
      const here = before.slice(removed, removed + agreeingCharacters);
      if (
        here === after.slice(added, added + agreeingCharacters) &&
        (here !== '' || total >= before.length)
      ) {
        return [removed, added];
      }
    }
  }
  return [before.length, after.length];
}

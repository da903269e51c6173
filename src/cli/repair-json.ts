import { jsonrepair } from 'jsonrepair';

/**
 * What a tolerant reader makes of a text that is meant to be JSON: raw line breaks, trailing commas, quotes that are
 * not escaped. Undefined when it makes nothing of it.
 */
export function repairJson(text: string): string | undefined {
  const opened = escapeNestedJson(text);
  return tolerantly(opened) ?? tolerantly(escapeStrayQuotes(opened));
}

function tolerantly(text: string): string | undefined {
  try {
    return jsonrepair(text);
  } catch {
    // It names the character at fault, or is nested deeper than its stack.
    return undefined;
  }
}

/** Escapes an object or a list that stands in quotes as it is: `"attributes":"{"gclid":"x"}"`. */
function escapeNestedJson(text: string): string {
  let result = '';
  let from = 0;
  for (const opening of text.matchAll(/:\s*"(?=\s*[{[])/g)) {
    const start = opening.index + opening[0].length;
    if (start < from) continue;
    const closing = /[}\]]\s*"(?=\s*(?:[,}\]]|$))/g;
    closing.lastIndex = start;
    // A few ends are tried: each try reads the text in between.
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

/** Escapes each quote inside a text that what follows it shows not to be the text's end. */
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

/** One place where a repaired text differs from what came. */
export interface Change {
  /** Where it stands in what came, in characters from 0. */
  readonly at: number;
  readonly removed: string;
  readonly added: string;
}

// A place is one again when so many characters agree; changes are a few characters each.
const agreement = 4;
const reach = 64;

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

/** How many characters of each text to pass over until they agree; all of both when they do not. */
function nextAgreement(before: string, after: string): [removed: number, added: number] {
  for (let total = 1; total <= reach; total += 1) {
    for (let removed = 0; removed <= total; removed += 1) {
      const added = total - removed;
      if (removed > before.length || added > after.length) continue;
      const here = before.slice(removed, removed + agreement);
      if (here === after.slice(added, added + agreement) && (here !== '' || total >= before.length)) {
        return [removed, added];
      }
    }
  }
  return [before.length, after.length];
}

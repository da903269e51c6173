import { splitList, splitObject, type Member } from './split-json.ts';
import { isWrapper } from './wrappers.ts';

// JSON can be a string inside JSON, several times over. Each level doubles the backslashes, so few levels occur.
const levelsMax = 4;
// Every candidate is copied and read in full until one contains a call, so their number is limited.
const candidatesMax = 8;
/** The maximum length of all items of one list together. Each item counts with its copy of the surrounding object. */
const itemsLengthMax = 1024 * 1024;

// When JSON text is found under an unknown key, the call is stored under the first of these names that is free.
const wrapperNames = ['payload', 'data', 'body', 'call'];

/** Removes JSON strings around JSON: `"{\"a\":1}"` becomes `{"a":1}`. A string without JSON in it is unchanged. */
export function unwrapText(json: string): string {
  let text = json.trim();
  for (let level = 0; level < levelsMax && text.startsWith('"'); level += 1) {
    const inner = stringOf(text)?.trim();
    if (inner === undefined || !/^[{["]/.test(inner) || !isJson(inner)) break;
    text = inner;
  }
  return text;
}

/** True for a well-formed JSON text. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function stringOf(json: string): string | undefined {
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}

/**
 * Finds the places in an object that may contain calls: lists, and JSON text. Each place gives one candidate, which is
 * a list of JSON texts with one text per call. Each text is the whole object, with the list or the JSON text replaced
 * by that single call.
 */
export function findCalls(object: string): string[][] {
  const candidates: string[][] = [];
  const search = { triesLeft: candidatesMax };
  collect(object, 1, search, (items) => candidates.push(items));
  return candidates;
}

function collect(
  object: string,
  level: number,
  search: { triesLeft: number },
  add: (items: string[]) => void,
): void {
  const members = splitObject(object);
  members.forEach(({ key, text }, index) => {
    if (search.triesLeft <= 0 || !/^\s*[{["]/.test(text)) return;
    const inner = unwrapText(text);
    if (!/^[{[]/.test(inner)) return;
    const isText = inner !== text;
    const put = (items: string[]): void => {
      search.triesLeft -= 1;
      const around = surroundings(members, index, isText);
      const length = items.reduce((sum, item) => sum + item.length + around.length, 0);
      if (length <= itemsLengthMax) add(items.map((item) => around.before + item + around.after));
    };
    if (inner.startsWith('[')) {
      const items = splitList(inner).map(unwrapText);
      if (items.length > 0) put(items);
      return;
    }
    if (isText) put([inner]);
    if (level < levelsMax && (isText || isWrapper(key))) collect(inner, level + 1, search, put);
  });
}

/** Gives the text of an object before and after the value of one member. */
function surroundings(
  members: readonly Member[],
  index: number,
  isText: boolean,
): { before: string; after: string; length: number } {
  const written = members.map(({ key, text }) => `${JSON.stringify(key)}:${text}`);
  const own = members[index]?.key ?? '';
  const free = wrapperNames.find((name) => !members.some(({ key }) => key === name));
  const name = isWrapper(own) || !isText ? own : (free ?? own);
  const before = `{${written
    .slice(0, index)
    .map((member) => `${member},`)
    .join('')}${JSON.stringify(name)}:`;
  const after = `${written
    .slice(index + 1)
    .map((member) => `,${member}`)
    .join('')}}`;
  return { before, after, length: before.length + after.length };
}

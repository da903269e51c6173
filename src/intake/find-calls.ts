import { splitList, splitObject, type Member } from './split-json.ts';
import { isWrapper } from './wrappers.ts';

// JSON in a JSON string in a JSON string: each level doubles the backslashes.
const levelsMax = 4;
// Each is copied and read in full until one holds a call.
const candidatesMax = 8;
/** The most characters of all items of one list together, each with a copy of what surrounds the list. */
const itemsLengthMax = 1024 * 1024;

// The name under which a call is kept when it came as JSON text under a name that is not known.
const wrapperNames = ['payload', 'data', 'body', 'call'];

/** JSON text without the JSON strings around it: `"{\"a\":1}"` is `{"a":1}`. A text that holds no JSON stays one. */
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
 * Where an object that is no call may hold calls: in a list, or in JSON text. Each candidate is the text of one
 * object per call: the object as it came, with that call in the place of the list or the text.
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

/** An object's text before and after the value of one of its members. */
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

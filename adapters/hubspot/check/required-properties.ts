import { rowFaultOf, type ErrorDetails } from '../api/refusal.ts';

const code = /MISSING_REQUIRED|REQUIRED_(?:PROPERT|FIELD|VALUE)|(?:PROPERT(?:Y|IES)|FIELD|VALUE)_REQUIRED/i;
const words =
  /required (?:propert(?:y|ies)|fields?)\b|\b(?:is|are|was|were) (?:a )?required\b|\brequires? (?:a value|(?:the )?propert)/i;
const membersWithNames = [
  'properties',
  'property',
  'propertyName',
  'propertyNames',
  'requiredProperties',
  'missingProperties',
];

/**
 * The properties that a rule of the portal requires and the record lacks. They come from `context` of the error or of
 * its `errors`, or from the message. Empty when the error concerns something else or names none.
 */
export function missingProperties(error: ErrorDetails): string[] {
  if (rowFaultOf(error) !== 'the row') return [];
  const whole = parsed(error.text);
  const faults = error.faults.map(parsed);
  const single = faults.flatMap((fault) => namesOf(fault));
  const names = single.length > 0 ? single : namesOf(whole);
  // The faults of an error about required properties need not name the rule again.
  const unsaid =
    names.length === 0 && isRequired(whole) ? faults.flatMap((fault) => namesOf(fault, true)) : [];
  return [...new Set([...names, ...unsaid])];
}

/** @param kind the plural of the record's name: `calls` */
export function requiredSentence(missing: readonly string[], kind: 'calls' | 'contacts'): string {
  const some = missing.slice(0, 10).join(', ');
  return `HubSpot requires ${missing.length === 1 ? 'property' : 'properties'} ${some} on ${kind}`;
}

/** @param isSaid true when the property is known to be required, so that the fault need not say it */
function namesOf(fault: unknown, isSaid = false): string[] {
  if (typeof fault !== 'object' || fault === null) return [];
  const members = fault as Record<string, unknown>;
  const message = typeof members.message === 'string' ? members.message : '';
  // HubSpot quotes the faults of single values as JSON in the message.
  const quoted: unknown = parsed(/\[\s*\{.*\}\s*\]/s.exec(message)?.[0] ?? '');
  if (Array.isArray(quoted)) return quoted.flatMap((one) => namesOf(one));
  const isCoded = hasCode(members);
  if (!isSaid && !isCoded && !words.test(message)) return [];
  const context = (members.context ?? {}) as Record<string, unknown>;
  const listed = [...membersWithNames.map((name) => context[name]), members.name, members.in].flat();
  const names = listed.filter(isName);
  return names.length > 0 ? names : namesInMessage(message, isCoded);
}

function isRequired(fault: unknown): boolean {
  if (typeof fault !== 'object' || fault === null) return false;
  const { message } = fault as Record<string, unknown>;
  return hasCode(fault) || (typeof message === 'string' && words.test(message));
}

function hasCode(fault: object): boolean {
  const members = fault as Record<string, unknown>;
  const codes = ['code', 'error', 'category', 'subCategory'].map((name) => members[name]);
  return codes.some((one) => typeof one === 'string' && code.test(one));
}

const quote = `["'\`]?`;
const nameList = `(${quote}[a-z]\\w*${quote}(?:(?:,\\s*(?:and\\s+)?|\\s+and\\s+)${quote}[a-z]\\w*${quote})*)`;
const verbs = '(?:is|are|was|were)';
const wording = [
  // "Required properties were not set: [a, b]", "Missing required property: a"
  new RegExp(`required (?:propert(?:y|ies)|fields?)[^:[\\].]{0,40}(?::\\s*\\[?|\\[)\\s*${nameList}`, 'gi'),
  // "Required property 'a' was not set"
  new RegExp(`required propert(?:y|ies)\\s+${nameList}\\s+${verbs}\\b`, 'gi'),
  // "Properties a, b are required"
  new RegExp(`propert(?:y|ies)\\s+${nameList}\\s+${verbs} (?:a )?required`, 'gi'),
  // "without required property a"
  new RegExp(`(?:without|lacks|missing) (?:the |a )?required propert(?:y|ies)\\s+${nameList}`, 'gi'),
  // "A value is required for property a"
  new RegExp(`${verbs} required for (?:the )?propert(?:y|ies)\\s+${nameList}`, 'gi'),
  // "a: This property is required"
  new RegExp(
    `(?<![\\w"'\`])${nameList}:\\s+(?:this |the )?(?:property |field |value )?${verbs} required`,
    'gi',
  ),
  // "requires property a"
  new RegExp(`requires? (?:a value (?:for|of)|(?:the )?propert(?:y|ies))\\s+${nameList}`, 'gi'),
];
// "a is required": any word can stand there, so the name must be quoted or hold an underscore.
const before = new RegExp(`(?<!\\w)${nameList}\\s+${verbs} (?:a )?required`, 'g');
const commonWords = new Set([
  'and',
  'is',
  'are',
  'was',
  'were',
  'not',
  'property',
  'properties',
  'value',
  'field',
  'this',
  'input',
]);

function namesInMessage(message: string, isCoded: boolean): string[] {
  const listed = wording.flatMap((pattern) => listsIn(message, pattern));
  if (listed.length > 0) return listed.map(bare).filter(isName);
  const words = listsIn(message, before).filter((word) => isCoded || /["'`_]/.test(word));
  return words.map(bare).filter(isName);
}

function listsIn(message: string, pattern: RegExp): string[] {
  return [...message.matchAll(pattern)].flatMap(([, list = '']) => list.split(/,\s*(?:and\s+)?|\s+and\s+/));
}

function bare(word: string): string {
  return word.replace(/["'`]/g, '');
}

function isName(word: unknown): word is string {
  return typeof word === 'string' && /^[a-z][a-z0-9_]*$/.test(word) && !commonWords.has(word);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

import type { JsonValue } from '../domain/jet-fields.ts';
import { isWrapper } from './wrappers.ts';

/** Why a body is refused. Senders can rely on the code: it does not change. */
export interface IntakeFault {
  readonly code:
    | 'empty_body'
    | 'malformed_json'
    | 'too_deep'
    | 'too_many_keys'
    | 'forbidden_key'
    | 'not_an_object'
    | 'not_a_call'
    | 'too_many_calls'
    | 'unsupported_content_type';
  /** An explanation that names the field, if there is one. It never contains a value from the body. */
  readonly detail: string;
}

export const depthMax = 32;
export const keysMax = 1000;
// An unknown value is stored under its whole path, so one long key above many others would multiply the body's size.
export const pathsLengthMax = 128 * 1024;

// Assigning one of these keys can change the prototype of an object (prototype pollution).
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

// The stored text keeps its byte order mark. The parser ignores it, as RFC 8259 section 8.1 allows.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a body as a JSON object, with limits on its depth and its keys.
 *
 * A number that a double cannot represent exactly (RFC 8259 section 6) becomes text, so that a long id keeps every
 * digit.
 */
export function readJson(body: Uint8Array): { text: string; value: Record<string, JsonValue> } | IntakeFault {
  let text: string;
  try {
    text = decoder.decode(body);
  } catch {
    return { code: 'malformed_json', detail: 'The body is not valid UTF-8 text.' };
  }
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (json.trim() === '') return { code: 'empty_body', detail: 'The body is empty.' };
  let value: JsonValue;
  try {
    value = JSON.parse(json) as JsonValue;
  } catch {
    return { code: 'malformed_json', detail: 'The body is not valid JSON.' };
  }
  const measured = startMeasure();
  const fault = measure(value, 1, 0, measured);
  if (fault !== undefined) return fault;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      code: 'not_an_object',
      detail: `The body is ${nameOfType(value)}. A push must be a JSON object.`,
    };
  }
  const exact =
    measured.exact && !(measured.hasNumbers && fraction.test(json))
      ? value
      : (JSON.parse(quoteInexactNumbers(json)) as Record<string, JsonValue>);
  const opened = measured.hasWrappers ? openTexts(exact, 1) : exact;
  if (opened === exact) return { text, value: exact };
  // The contents of the opened texts count against the same limits.
  const tooMuch = measure(opened, 1, 0, startMeasure());
  return tooMuch ?? { text, value: opened };
}

// JSON can be a string inside JSON, several times over. Each level doubles the backslashes, so few levels occur.
const levelsMax = 4;

/** Replaces JSON text under a wrapper key by the object that it contains: `"data":"{\"duration\":5}"`. */
function openTexts(object: Record<string, JsonValue>, level: number): Record<string, JsonValue> {
  let opened = object;
  for (const key of Object.keys(object)) {
    const value = object[key] as JsonValue;
    const isText = isJsonText(value);
    if (level > levelsMax || (!isText && !isObject(value)) || !isWrapper(key)) continue;
    const inner = isText ? parseObject(value, levelsMax) : value;
    if (!isObject(inner)) continue;
    const read = openTexts(inner, level + 1);
    if (read === value) continue;
    if (opened === object) opened = { ...object };
    opened[key] = read;
  }
  return opened;
}

function isJsonText(value: JsonValue): value is string {
  return typeof value === 'string' && /^\s*[{"]/.test(value);
}

/** Parses a text as a JSON object, or as a JSON string that contains one. */
function parseObject(text: string, levels: number): Record<string, JsonValue> | undefined {
  try {
    const value = JSON.parse(quoteInexactNumbers(text)) as JsonValue;
    if (typeof value === 'string' && levels > 1) return parseObject(value, levels - 1);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Finds a number with a fraction, because parsing can change its spelling: the ids 1690000000.10 and 1690000000.1 differ.
// It matches only where a value can begin. Otherwise a time inside a text would make most bodies be parsed twice.
const fraction = /(?:"\s*:|[[,])\s*-?\d+\./;

interface Measure {
  keys: number;
  /** The length of all keys' paths together, in characters. */
  pathsLength: number;
  exact: boolean;
  hasNumbers: boolean;
  /** True when a wrapper key holds an object or a text that can be JSON. */
  hasWrappers: boolean;
}

function startMeasure(): Measure {
  return { keys: 0, pathsLength: 0, exact: true, hasNumbers: false, hasWrappers: false };
}

/** Checks the limits, and never walks deeper than the limit. Later code can then walk the value without a check. */
function measure(
  value: JsonValue,
  depth: number,
  pathLength: number,
  measured: Measure,
): IntakeFault | undefined {
  if (typeof value === 'number') {
    measured.hasNumbers = true;
    // A fraction as long as a double's precision may have lost digits. Google's client ids, for example, are two long
    // numbers with a dot between them.
    measured.exact &&=
      Number.isSafeInteger(value) ||
      (Number.isFinite(value) && !Number.isInteger(value) && String(value).length <= 16);
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > depthMax)
    return { code: 'too_deep', detail: `The body is nested deeper than ${depthMax} levels.` };
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = measure(item, depth + 1, pathLength, measured);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  for (const key of Object.keys(value)) {
    measured.keys += 1;
    if (measured.keys > keysMax) {
      return { code: 'too_many_keys', detail: `The body has more than ${keysMax} keys.` };
    }
    const length = pathLength + key.length + 1;
    measured.pathsLength += length;
    if (measured.pathsLength > pathsLengthMax) {
      return { code: 'too_many_keys', detail: 'The keys in the body are too long in total.' };
    }
    if (forbiddenKeys.has(key)) return { code: 'forbidden_key', detail: `The body has a key named ${key}.` };
    const inner = value[key] as JsonValue;
    measured.hasWrappers ||= (isObject(inner) || isJsonText(inner)) && isWrapper(key);
    const fault = measure(inner, depth + 1, length, measured);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Quotes every number in a JSON text that would change when parsed and written again. */
function quoteInexactNumbers(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    if (token.startsWith('"')) return token;
    const value = Number(token);
    // A number with an exponent is not an id. It can be a time or a duration, and both are read as numbers.
    const exact = /[eE]/.test(token) && token.length < 16 ? Number.isFinite(value) : String(value) === token;
    return exact ? token : `"${token}"`;
  });
}

function nameOfType(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

import type { JsonValue } from '../domain/jet-fields.ts';
import { isWrapper } from './wrappers.ts';

/** Why a body is not taken. The code is stable. */
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
  /** In words, naming the field where there is one. Holds nothing of the body's values. */
  readonly detail: string;
}

export const depthMax = 32;
export const keysMax = 1000;
// An unknown value is kept under its whole path: one long key above many others would multiply the body.
export const pathsLengthMax = 128 * 1024;

// Assigned to an object they would change its prototype.
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

// The byte order mark stays in the text that is kept, and is not read (RFC 8259 section 8.1).
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a body as a JSON object, with limits on its depth and its keys.
 *
 * Numbers beyond what a double holds exactly (RFC 8259 section 6) come as text, so that no digit of a long id
 * is lost.
 */
export function readJson(body: Uint8Array): { text: string; value: Record<string, JsonValue> } | IntakeFault {
  let text: string;
  try {
    text = decoder.decode(body);
  } catch {
    return { code: 'malformed_json', detail: 'The body is not UTF-8 text.' };
  }
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (json.trim() === '') return { code: 'empty_body', detail: 'The body is empty.' };
  let value: JsonValue;
  try {
    value = JSON.parse(json) as JsonValue;
  } catch {
    return { code: 'malformed_json', detail: 'The body is not JSON.' };
  }
  const measured: Measure = { keys: 0, pathsLength: 0, exact: true };
  const fault = measure(value, 1, 0, measured);
  if (fault !== undefined) return fault;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { code: 'not_an_object', detail: `The body is ${nameOfType(value)}; a push is a JSON object.` };
  }
  const exact =
    measured.exact && !respelled.test(json)
      ? value
      : (JSON.parse(quoteInexactNumbers(json)) as Record<string, JsonValue>);
  const opened = openTexts(exact, 1);
  if (opened === exact) return { text, value: exact };
  // What the texts hold counts against the same limits.
  const tooMuch = measure(opened, 1, 0, { keys: 0, pathsLength: 0, exact: true });
  return tooMuch ?? { text, value: opened };
}

// JSON in a JSON string in a JSON string: each level doubles the backslashes.
const levelsMax = 4;

/** The object with the JSON text under the keys of wrappers read: `"data":"{\"duration\":5}"`. */
function openTexts(object: Record<string, JsonValue>, level: number): Record<string, JsonValue> {
  let opened = object;
  for (const key of Object.keys(object)) {
    const value = object[key] as JsonValue;
    const isBracketed = typeof value === 'string' && /^\s*[{"]/.test(value);
    if (level > levelsMax || (!isBracketed && !isObject(value)) || !isWrapper(key)) continue;
    const inner = isBracketed ? parseObject(value, levelsMax) : value;
    if (!isObject(inner)) continue;
    const read = openTexts(inner, level + 1);
    if (read === value) continue;
    if (opened === object) opened = { ...object };
    opened[key] = read;
  }
  return opened;
}

/** The object that a text holds as JSON, or as JSON in a JSON string. */
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

// A number with a fraction, which is written in many ways: an id of 1690000000.10 is not 1690000000.1.
// Looked for where a value may stand, so that a time in a text does not make every body be read twice.
const respelled = /(?:"\s*:|[[,])\s*-?\d+\./;

interface Measure {
  keys: number;
  /** Of the paths of all keys together, in characters. */
  pathsLength: number;
  exact: boolean;
}

/** Walks the value no deeper than allowed: code that stores it may then walk it freely. */
function measure(
  value: JsonValue,
  depth: number,
  pathLength: number,
  measured: Measure,
): IntakeFault | undefined {
  if (typeof value === 'number') {
    // A fraction that fills a double's digits may have had more of them: Google's client ids are two long numbers
    // around a dot.
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
      return { code: 'too_many_keys', detail: 'The names of the keys in the body are too long.' };
    }
    if (forbiddenKeys.has(key)) return { code: 'forbidden_key', detail: `The body has a key named ${key}.` };
    const fault = measure(value[key] as JsonValue, depth + 1, length, measured);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Puts quotes around those numbers of a well-formed JSON text that a double does not give back as they stand. */
function quoteInexactNumbers(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    if (token.startsWith('"')) return token;
    const value = Number(token);
    // One with an exponent is no id: it may be a time or a duration, which are read as numbers.
    const exact = /[eE]/.test(token) && token.length < 16 ? Number.isFinite(value) : String(value) === token;
    return exact ? token : `"${token}"`;
  });
}

function nameOfType(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

import { parseDurationSeconds } from '../domain/duration.ts';
import { isNoTime, parseInstant } from '../domain/instant.ts';
import type { FieldKind, JsonValue } from '../domain/jet-fields.ts';
import type { PushWarning } from '../domain/push.ts';

/** A value converted to its field's type. Without `value` it could not be read, and the received value is kept. */
export interface ValueReading {
  readonly value?: string | number;
  readonly warning?: Omit<PushWarning, 'field'>;
  /** True for a time that systems write when there is no time, such as year 1. */
  readonly isNoTime?: boolean;
}

/** True for the empty values that Jet can send: null, an empty or blank text, an empty list or object. */
export function isEmpty(value: JsonValue): boolean {
  if (value === null) return true;
  return typeof value === 'object' ? Object.keys(value).length === 0 : String(value).trim() === '';
}

/** Converts a value to a field's type. The value must not be empty. */
export function readValue(value: JsonValue, kind: FieldKind, timeFormat: string | undefined): ValueReading {
  switch (kind) {
    case 'text':
      return readText(value);
    case 'json':
      return readJsonText(value);
    case 'instant': {
      const text = isScalar(value) ? String(value).trim() : '';
      const instant = parseInstant(text, timeFormat);
      if (instant !== undefined) return { value: instant };
      const reading = unreadable('unreadable_time', value);
      return isNoTime(text, timeFormat) ? { ...reading, isNoTime: true } : reading;
    }
    case 'seconds': {
      const seconds = isScalar(value) ? parseDurationSeconds(String(value).trim()) : undefined;
      return seconds === undefined ? unreadable('unreadable_duration', value) : { value: seconds };
    }
  }
}

/** The received value as a warning shows it, cut to 100 characters. */
export function shown(value: JsonValue): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 100).toWellFormed();
}

function readText(value: JsonValue): ValueReading {
  if (isScalar(value)) return storable(String(value).trim());
  const warning = { code: 'not_text', received: shown(value), action: 'kept as JSON text' } as const;
  return { ...storable(JSON.stringify(value)), warning };
}

function readJsonText(value: JsonValue): ValueReading {
  if (typeof value !== 'string') return { value: JSON.stringify(value) };
  const reading = storable(value.trim());
  try {
    JSON.parse(value);
    return reading;
  } catch {
    return {
      ...reading,
      warning: {
        code: 'unreadable_json',
        received: shown(value),
        action: reading.warning === undefined ? 'kept as text' : `kept as text; ${reading.warning.action}`,
      },
    };
  }
}

/** Replaces the characters that a database cannot store: U+0000, and unpaired halves of a surrogate pair. */
function storable(text: string): ValueReading {
  if (!text.includes('\0') && text.isWellFormed()) return { value: text };
  return {
    value: text.replaceAll('\0', '\ufffd').toWellFormed(),
    warning: {
      code: 'replaced_characters',
      received: shown(text),
      action: 'U+0000 and unpaired surrogates were replaced by U+FFFD',
    },
  };
}

export type UnreadableCode = 'unreadable_time' | 'unreadable_duration';

/** Makes the warning for a value that cannot be read. */
export function unreadable(code: UnreadableCode, value: JsonValue): { warning: Omit<PushWarning, 'field'> } {
  return {
    warning: { code, received: shown(value), action: 'could not be read; kept unchanged under extra' },
  };
}

function isScalar(value: JsonValue): value is string | number | boolean {
  return typeof value !== 'object';
}

import { parseDurationSeconds } from '../domain/duration.ts';
import { isMarkForNone, parseInstant } from '../domain/instant.ts';
import type { FieldKind, JsonValue } from '../domain/jet-fields.ts';
import type { PushWarning } from '../domain/push.ts';

/** A value as its field holds it. Without `value` it could not be read, and is kept as it came. */
export interface ValueReading {
  readonly value?: string | number;
  readonly warning?: Omit<PushWarning, 'field'>;
  /** True for a time that stands for none. */
  readonly isMark?: boolean;
}

/** True for what Jet may send where it has nothing to say: null, an empty or blank text, an empty list or object. */
export function isEmpty(value: JsonValue): boolean {
  if (value === null) return true;
  return typeof value === 'object' ? Object.keys(value).length === 0 : String(value).trim() === '';
}

/** Reads a value that is not empty, as a field of the kind holds it. */
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
      return isMarkForNone(text, timeFormat) ? { ...reading, isMark: true } : reading;
    }
    case 'seconds': {
      const seconds = isScalar(value) ? parseDurationSeconds(String(value).trim()) : undefined;
      return seconds === undefined ? unreadable('unreadable_duration', value) : { value: seconds };
    }
  }
}

/** What came, for a warning: cut to 100 characters. */
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

/** Text without what a database cannot hold: U+0000, and halves of a surrogate pair. */
function storable(text: string): ValueReading {
  if (!text.includes('\0') && text.isWellFormed()) return { value: text };
  return {
    value: text.replaceAll('\0', '\ufffd').toWellFormed(),
    warning: {
      code: 'replaced_characters',
      received: shown(text),
      action: 'U+0000 and unpaired surrogates became U+FFFD',
    },
  };
}

export type UnreadableCode = 'unreadable_time' | 'unreadable_duration';

/** A value that cannot be read, with its warning. */
export function unreadable(code: UnreadableCode, value: JsonValue): { warning: Omit<PushWarning, 'field'> } {
  return { warning: { code, received: shown(value), action: 'kept as it came, under extra' } };
}

function isScalar(value: JsonValue): value is string | number | boolean {
  return typeof value !== 'object';
}

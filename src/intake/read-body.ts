import type { PushWarning } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import { charsetOf, decodeText } from './decode-text.ts';
import { findCalls, isJson, unwrapText } from './find-calls.ts';
import { formAsJson, isForm } from './read-form.ts';
import type { IntakeFault } from './read-json.ts';
import { isFault, readPush, type IntakeSettings, type PushReading } from './read-push.ts';
import { splitList } from './split-json.ts';

/** The maximum number of calls in one list. */
export const callsMax = 1000;

/** An item of a list that is not a push, with its own JSON text. */
export interface RefusedItem extends IntakeFault {
  readonly text: string;
}

/** The result for a list of calls. At least one item is a push. */
export interface ListReading {
  readonly items: readonly (PushReading | RefusedItem)[];
}

export type BodyReading = PushReading | ListReading | IntakeFault;

/** True when the body contained a list of calls. */
export function isList(reading: BodyReading): reading is ListReading {
  return 'items' in reading;
}

/**
 * Reads a body as one push or as a list of pushes. It accepts a JSON object, a list of objects (as an array, one object
 * per line, or inside an object), JSON text in a JSON string, and a form. `decodeText` chooses the charset. The stored
 * text of each push is one JSON object, which `readPush` can read again.
 * Why: docs/decisions/liberal-intake.md
 *
 * @param body already decompressed
 * @param contentType the Content-Type header, unchanged
 */
export function readBody(
  body: Uint8Array,
  contentType: string | undefined,
  pathStage: Stage | undefined,
  settings: IntakeSettings,
): BodyReading {
  if (/^\s*multipart\//i.test(contentType ?? '')) return unsupported;
  const reading = readBytes(body, contentType, pathStage, settings);
  const isReadable =
    contentType === undefined || readableTypes.test(contentType.split(';', 1)[0]?.trim() ?? '');
  return !isReadable && 'code' in reading ? unsupported : reading;
}

function readBytes(
  body: Uint8Array,
  contentType: string | undefined,
  pathStage: Stage | undefined,
  settings: IntakeSettings,
): BodyReading {
  if (isUtf8(contentType)) {
    // The fast path: nearly every body is one JSON object in UTF-8.
    const reading = readPush(body, pathStage, settings);
    if (!isFault(reading) || reading.code === 'empty_body') return reading;
  }
  const { text, warning } = decodeText(body, contentType);
  return readText(text, contentType, pathStage, settings, warning === undefined ? [] : [warning]);
}

/**
 * Reads a decoded body.
 *
 * @param warnings the warnings about the whole body, put before each push's own warnings
 */
export function readText(
  text: string,
  contentType: string | undefined,
  pathStage: Stage | undefined,
  settings: IntakeSettings,
  warnings: readonly PushWarning[],
): BodyReading {
  const read = (item: string): PushReading | RefusedItem => {
    const reading = readPush(Buffer.from(item), pathStage, settings);
    if (isFault(reading)) return { ...reading, text: item };
    return warnings.length === 0 ? reading : { ...reading, warnings: [...warnings, ...reading.warnings] };
  };
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (isJson(json)) return readJsonText(json, text, read);
  return readOther(json, contentType, read);
}

/** RFC 7464 puts this character before each JSON text of a sequence. */
const recordSeparator = '\u001e';

type ReadItem = (item: string) => PushReading | RefusedItem;

/** @param text the received JSON, including any byte order mark */
function readJsonText(json: string, text: string, read: ReadItem): BodyReading {
  const opened = unwrapText(json);
  if (opened.startsWith('[')) return readList(splitList(opened), read);
  // The text of a single object is stored unchanged.
  const reading = read(opened === json.trim() ? text : opened);
  return opened.startsWith('{') ? readWithin(opened, reading, read) : withoutText(reading);
}

/** Reads the calls inside an object when the object itself is not a call. */
function readWithin(object: string, reading: PushReading | RefusedItem, read: ReadItem): BodyReading {
  if (!isFault(reading)) return reading;
  if (reading.code === 'not_a_call' || reading.code === 'too_many_keys') {
    for (const items of findCalls(object)) {
      const list = readList(items, read);
      const [only] = isList(list) ? list.items : [];
      if (isList(list)) return items.length === 1 && only !== undefined && !isFault(only) ? only : list;
      if (list.code === 'too_many_calls') return list;
    }
  }
  return withoutText(reading);
}

/** Reads a text that is not JSON: one call per line, or a form. A form is not expected under a JSON content type. */
function readOther(text: string, contentType: string | undefined, read: ReadItem): BodyReading {
  const lines = text
    .replaceAll(recordSeparator, '\n')
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '');
  const isSequence = lines.length > 1 || text.startsWith(recordSeparator);
  if (isSequence && lines.every((line) => /^\s*\{/.test(line)) && lines.some(isJson))
    return readList(lines, read);
  if (/json/i.test(contentType ?? '') || !isForm(text)) return withoutText(read(text));
  const json = formAsJson(text, contentType);
  const form = isJson(json) ? readJsonText(json, json, read) : withoutText(read(json));
  // Any text with an equals sign looks like a form. If it contains no call, the fault is that of text that is not JSON.
  return 'code' in form && form.code === 'not_a_call' ? withoutText(read(text)) : form;
}

/** Reads a list. A list without any push is refused as a whole, with the fault of its first item. */
function readList(texts: readonly string[], read: ReadItem): ListReading | IntakeFault {
  if (texts.length > callsMax) {
    return { code: 'too_many_calls', detail: `The list holds more than ${callsMax} calls.` };
  }
  const items = texts.map((text) => read(unwrapText(text)));
  if (items.some((item) => !isFault(item))) return { items };
  const [first] = items;
  if (first === undefined || !isFault(first))
    return { code: 'not_an_object', detail: 'The body is an empty list.' };
  return { code: first.code, detail: first.detail };
}

function withoutText(reading: PushReading | RefusedItem): PushReading | IntakeFault {
  return isFault(reading) ? { code: reading.code, detail: reading.detail } : reading;
}

const unsupported: IntakeFault = {
  code: 'unsupported_content_type',
  detail: 'The body is neither JSON nor a form. Send the push as application/json.',
};

const readableTypes =
  /^$|^(?:application|text)\/(?:[\w.+-]+\+)?(?:json|x-json|jsonl|ndjson|x-ndjson|jsonlines|json-seq|plain|javascript|x-www-form-urlencoded|octet-stream)$/i;

function isUtf8(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === 'application/json') return true;
  const charset = charsetOf(contentType);
  return charset === undefined || charset === 'utf-8' || charset === 'utf8';
}

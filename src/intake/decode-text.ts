import type { PushWarning } from '../domain/push.ts';

/** A body's text, and a warning when the bytes are not in the charset that they should be in. */
export interface DecodedText {
  readonly text: string;
  readonly warning?: PushWarning;
}

const marks: readonly [name: string, bytes: readonly number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** The charset that a content type declares, in lower case. */
export function charsetOf(contentType: string | undefined): string | undefined {
  const match = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(contentType ?? '');
  return (match?.[1] ?? match?.[2])?.trim().toLowerCase();
}

/**
 * Decodes a body by its byte order mark, then by the charset that it declares, then by what its bytes are. No byte
 * is lost: what is not UTF-8 is read as windows-1252, where every byte is a character.
 */
export function decodeText(body: Uint8Array, contentType: string | undefined): DecodedText {
  const label = charsetOf(contentType);
  const declared = encodingOf(label);
  const found = recognise(body) ?? byBytes(body, declared);
  const text = found.text ?? readMixed(body);
  const expected = declared ?? 'utf-8';
  const isAsExpected =
    found.name === expected || (expected.startsWith('utf-16') && found.name.startsWith('utf-16'));
  if (isAsExpected || isAscii(body)) return { text };
  return {
    text,
    warning: {
      field: 'Content-Type',
      code: 'decoded_as',
      received: label === undefined ? '(no charset)' : label.slice(0, 100),
      action: `the body is not valid ${expected}; read as ${found.name}`,
    },
  };
}

interface Found {
  readonly name: string;
  /** Absent: a mixture of UTF-8 and windows-1252. */
  readonly text?: string;
}

/** A byte order mark says what a body is, and so does the zero byte beside JSON's first character in UTF-16. */
function recognise(body: Uint8Array): Found | undefined {
  const marked = marks.find(([, bytes]) => bytes.every((byte, index) => body[index] === byte))?.[0];
  const [first, second] = body;
  const name =
    marked ??
    (first === 0 && second !== 0 ? 'utf-16be' : second === 0 && first !== 0 ? 'utf-16le' : undefined);
  if (name === undefined || body.length < 2) return undefined;
  const text = decode(body, name);
  return text === undefined ? undefined : { name, text };
}

function byBytes(body: Uint8Array, declared: string | undefined): Found {
  const utf8 = decode(body, 'utf-8');
  // Frameworks declare ISO-8859-1 by habit. Text in it is never valid UTF-8 by chance, unless it is ASCII.
  if (utf8 !== undefined && (declared === undefined || isUnicode(declared) || declared === 'windows-1252'))
    return { name: declared === 'windows-1252' && isAscii(body) ? declared : 'utf-8', text: utf8 };
  const text = declared === undefined || isUnicode(declared) ? undefined : decode(body, declared);
  if (text !== undefined) return { name: declared ?? 'utf-8', text };
  return utf8 === undefined ? { name: 'windows-1252' } : { name: 'utf-8', text: utf8 };
}

function isUnicode(name: string): boolean {
  return name.startsWith('utf-');
}

function isAscii(body: Uint8Array): boolean {
  return body.every((byte) => byte < 0x80);
}

/** The name that the Encoding standard gives a label (`latin1` is windows-1252), or undefined for an unknown one. */
function encodingOf(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

function decode(body: Uint8Array, name: string): string | undefined {
  try {
    return new TextDecoder(name, { fatal: true, ignoreBOM: name === 'utf-8' }).decode(body);
  } catch {
    return undefined;
  }
}

const utf8Sequence =
  // eslint-disable-next-line no-control-regex
  /(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+|[\x80-\xff]/g;

// A table: a decoder for each byte would take seconds for a large body.
const windows1252 = new TextDecoder('windows-1252').decode(
  Uint8Array.from({ length: 128 }, (_, index) => 0x80 + index),
);

/** Reads valid UTF-8 as UTF-8 and each other byte as windows-1252: a text that was cut in mid-character stays whole. */
function readMixed(body: Uint8Array): string {
  return Buffer.from(body)
    .toString('latin1')
    .replace(utf8Sequence, (part) => {
      const byte = part.length === 1 ? part.charCodeAt(0) : 0;
      return byte < 0x80 ? Buffer.from(part, 'latin1').toString('utf8') : (windows1252[byte - 0x80] ?? part);
    });
}

import type { PushWarning } from '../domain/push.ts';

/** The text of a body, with a warning when its bytes do not match the declared charset (UTF-8 when undeclared). */
export interface DecodedText {
  readonly text: string;
  readonly warning?: PushWarning;
}

const byteOrderMarks: readonly [name: string, bytes: readonly number[]][] = [
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
 * Decodes a body by its byte order mark, then by its declared charset, then by inspecting its bytes. No byte is lost:
 * bytes that are not valid UTF-8 are read as windows-1252, which has a character for every byte.
 */
export function decodeText(body: Uint8Array, contentType: string | undefined): DecodedText {
  const label = charsetOf(contentType);
  const declared = encodingOf(label);
  const found = decodeByFirstBytes(body) ?? decodeByContent(body, declared);
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
      action: `the body is not valid ${expected}; it was read as ${found.name}`,
    },
  };
}

interface Found {
  readonly name: string;
  /** Absent when the body mixes UTF-8 and windows-1252. */
  readonly text?: string;
}

/** Recognises a byte order mark. In UTF-16 without one, JSON's first character has a zero byte beside it. */
function decodeByFirstBytes(body: Uint8Array): Found | undefined {
  const marked = byteOrderMarks.find(([, bytes]) => bytes.every((byte, index) => body[index] === byte))?.[0];
  const [first, second] = body;
  const name =
    marked ??
    (first === 0 && second !== 0 ? 'utf-16be' : second === 0 && first !== 0 ? 'utf-16le' : undefined);
  if (name === undefined || body.length < 2) return undefined;
  const text = decode(body, name);
  return text === undefined ? undefined : { name, text };
}

function decodeByContent(body: Uint8Array, declared: string | undefined): Found {
  const utf8 = decode(body, 'utf-8');
  // Many frameworks declare ISO-8859-1 but send UTF-8. Real ISO-8859-1 text is practically never valid UTF-8, unless it
  // is plain ASCII. So valid UTF-8 wins over this declaration.
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

/** Gives the Encoding standard's name for a charset label (`latin1` is windows-1252), or undefined when unknown. */
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

// A lookup table, because calling a decoder for each byte would take seconds on a large body.
const windows1252 = new TextDecoder('windows-1252').decode(
  Uint8Array.from({ length: 128 }, (_, index) => 0x80 + index),
);

/** Reads valid UTF-8 as UTF-8 and every other byte as windows-1252, so one broken character does not spoil the rest. */
function readMixed(body: Uint8Array): string {
  return Buffer.from(body)
    .toString('latin1')
    .replace(utf8Sequence, (part) => {
      const byte = part.length === 1 ? part.charCodeAt(0) : 0;
      return byte < 0x80 ? Buffer.from(part, 'latin1').toString('utf8') : (windows1252[byte - 0x80] ?? part);
    });
}

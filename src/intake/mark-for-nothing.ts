import type { CallFieldName, FieldKind, JsonValue } from '../domain/jet-fields.ts';

/** Words that systems write where they have no value, without case, blanks and punctuation. The only such list. */
const words: ReadonlySet<string> = new Set([
  ...['null', 'nil', 'none', 'undefined', 'na', 'nan', 'false', 'invaliddate', 'invaliddatetime', 'nat'],
  ...['notavailable', 'notapplicable', 'notset', 'novalue', 'notdefined', 'dbnull', 'objectobject', 'empty'],
]);

// `{{x}}`, `${x}`, `#{x}`, `%{x}`, `%x%`, `[[x]]`, `{x}` and `<x>`. A GUID in braces and an address in angle
// brackets hold digits or an @.
const placeholder =
  /^(?:\{\{.*\}\}|[$#%]\{.*\}|%[a-z_][\w.: -]*%|\[\[.*\]\]|\{[a-z_ .-]+\}|<(?![^<>]*(?:@|\d{3}))[^<>]*>)$/is;
const placeholderInside = /\{\{.*\}\}|[$#%]\{[^{}]*\}/s;
const nilUuid = /^[{("']*0{8}-?0{4}-?0{4}-?0{4}-?0{12}[})"']*$/;
const zeroOrLess = /^["'\s]*(?:[+-]?0*(?:\.0*)?|-\d+(?:\.\d+)?)["'\s]*$/;
// A year below zero, and dates and clocks of nothing but zeros.
const noTime = /^["'\s]*(?:-\d{4,6}-\d\d-.*|[0:./\s+tz-]*0[0:./\s+tz-]*)$/is;

const negative = /^["'\s]*[-−]/;

// Real values are spared the rest: no mark begins with another character.
const firstOfMark = /^[\s"'`“”‘’«»()[\]{}<>$#%\-–—−_./\\0neuifd]/i;
const lengthMax = 256;

const ids: ReadonlySet<string> = new Set<CallFieldName>([
  'call_session_id',
  'session_id',
  'page_view_id',
  'user_id',
  'origin_session_id',
  'google_analytics_client_id',
]);

/**
 * True for a value by which a system says that it has none: a word such as `N/A`, a placeholder that nothing filled,
 * dashes, the nil UUID; for a time also epoch 0 and below and years below zero; for an id also zero and below.
 * Quotes, brackets, blanks and case make no difference. `false` is a value of internalReferrer, which means it.
 */
export function isMarkForNothing(value: JsonValue, field: { name: string; kind: FieldKind }): boolean {
  if (typeof value === 'object') return false;
  if (value === false) return field.name !== 'internal_referrer' && field.kind !== 'json';
  const text = typeof value === 'string' ? value : String(value);
  if (text.length > lengthMax) return false;
  if (ids.has(field.name) && placeholderInside.test(text)) return true;
  if (!firstOfMark.test(text)) return false;
  const trimmed = text.trim();
  const bare = trimmed.replace(/^["'`“‘([]+|["'`”’)\]]+$/g, '').trim();
  const isPlaceholder =
    (placeholder.test(trimmed) || placeholder.test(bare)) && !(field.kind === 'json' && /^\{[^{]/.test(bare));
  if (isPlaceholder || nilUuid.test(trimmed)) return true;
  if (ids.has(field.name) && zeroOrLess.test(trimmed)) return true;
  if (field.kind === 'instant' && (zeroOrLess.test(trimmed) || noTime.test(trimmed))) return true;
  if (field.kind === 'seconds' && negative.test(trimmed)) return true;
  const folded = trimmed.replace(/[\s"'`“”‘’«»()[\]{}<>\-–—−_./\\#]/g, '').toLowerCase();
  // A caller may press # in a menu, and attributes may be an empty list.
  if (folded === '') return !trimmed.includes('#') && field.kind !== 'json';
  return words.has(folded) && !(folded === 'false' && field.name === 'internal_referrer');
}

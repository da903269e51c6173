import { jetFields, type CallFieldName, type JetField, type JsonValue } from '../domain/jet-fields.ts';
import { saysPrivate } from '../domain/withheld.ts';
import { foldKey } from './flatten.ts';

/** Words that systems write where they have no value, without case, blanks and punctuation. The only such list. */
const words: ReadonlySet<string> = new Set([
  ...['null', 'nil', 'none', 'undefined', 'na', 'nan', 'false', 'invaliddate', 'invaliddatetime', 'dbnull'],
  ...[
    'notavailable',
    'notapplicable',
    'notset',
    'notdefined',
    'objectobject',
    'objectnull',
    'objectundefined',
  ],
]);
// `undefined undefined` is a first and a last name that are both missing.
const wordTwice = /^(?:(?:null)+|(?:none)+|(?:undefined)+)$/;
/** Words that a free text can hold as a value. */
const wordsOfCodes: ReadonlySet<string> = new Set(['empty', 'novalue']);
/** Not a time, in Python. Elsewhere Nat is a name. */
const wordsOfTimes: ReadonlySet<string> = new Set(['nat']);

// Only a template writes these: `{{x}}`, `${x}`, `#{x}`, `%{x}`, `@{x}`, `$(x)`, `{%x%}`, `<%x%>`, `[[x]]`, `%x%`, `@x@`,
// `__x__`, `*|x|*`, `%s`, `{0}` and `{keyword:default}`.
const template =
  /^(?:\{\{.*\}\}|[$#%@]\{.*\}|\{[%#$].*\}|\$\(.*\)|[#%@]\([a-z_][\w.: -]*\)|<[%?].*>|\[\[.*\]\]|([%@#$!~|]{1,2}|__)[a-z_][\w.: -]*\1|\*\|.*\|\*|%(?:\d\$)?[sdi@]|\{\d\}|\{[a-z_]\w*:\S[^{}]*\})$/is;
const templateInside = /\{\{.*\}\}|[$#%@]\{[^{}]*\}|\$\([^()]*\)/s;
const bracketed = /^(?:<<([^<>]*)>>|<([^<>]*)>|\[([^[\]]*)\]|\{([^{}]*)\}|«([^«»]*)»)$/s;
// An address holds an @, a number or a GUID three digits, and a list commas or quotes.
const holdsValue = /@|(?:\d.*){3}|[,"]|^[^a-z]*$/i;
/** `caller`, `callerName`, `caller_name`, `CALLER`: how templates spell a name, and people do not. */
const identifier = /^\s*(?:[a-z_$][\w$.:-]*|[A-Z][A-Z\d_.:-]*|\w*_\w*)\s*$/;
const dollarName = /^\$[a-z_][\w.]*$/i;

const nilUuid = /^(?:urn:uuid:)?[{("']*0{8}-?0{4}-?0{4}-?0{4}-?0{12}[})"']*$/i;
const zeroOrLess = /^["'\s]*(?:[+-]?0*(?:\.0*)?|-\d+(?:\.\d+)?)["'\s]*$/;
// A year below zero, and dates and clocks of nothing but zeros.
const noTime = /^["'\s]*(?:-\d{4,6}-\d\d-.*|[0:./\s+tz-]*0[0:./\s+tz-]*)$/is;
const negative = /^["'\s]*[-−]/;
/** As databases write null into a file. */
const fileNull = /^["']?\\n["']?$/i;

// Real values are spared the rest: a mark begins with one of these letters, a zero, or no letter and no digit.
const startOfMark = /^(?:[^1-9a-z+,:;=?^&]|n[uioa]|un|em|in|fa|db|ur|[nueifd][^a-z\d])/i;
const lengthMax = 256;

const ids: ReadonlySet<string> = new Set<CallFieldName>([
  'call_session_id',
  'session_id',
  'page_view_id',
  'user_id',
  'origin_session_id',
  'google_analytics_client_id',
]);
/** An id of letters only with one of these as a part: `call-undefined`. */
const emptyPartOfId = /(?:^|[^a-z])(?:null|nil|none|undefined|nan|unknown|unset|true)(?:[^a-z]|$)/i;

/** The fields into which people write what they like: names above all. */
const freeTexts: ReadonlySet<string> = new Set<CallFieldName>([
  ...(['service_name', 'service_group', 'number_type', 'dial_widget_name', 'answering_point'] as const),
  ...(['queue_name', 'extension_name', 'geo_label', 'ivr_prompts', 'ivr_labels'] as const),
  ...(['landing_page_keywords', 'keywords', 'channel', 'source', 'medium', 'campaign'] as const),
]);
/** `[solar panels]` is a keyword of exact match, and menu choices may come as a list. */
const squareBracketed: ReadonlySet<string> = new Set<CallFieldName>([
  ...(['ivr_prompts', 'ivr_labels', 'landing_page_keywords', 'keywords'] as const),
]);
const jetNames: ReadonlySet<string> = new Set(jetFields.map(({ jetName }) => foldKey(jetName)));

type Field = Pick<JetField, 'name' | 'kind'>;

/**
 * True for a value by which a system says that it has none: a word such as `N/A`, a placeholder that nothing filled,
 * dashes, the nil UUID; for a time also epoch 0 and below and years below zero; for an id also zero and below.
 * Quotes, brackets, blanks, case, width and unseen characters make no difference. A list is one when each of its items
 * is. `false` is a value of internalReferrer, which means it. A free text keeps what people could have written.
 * Why: docs/decisions/liberal-intake.md
 */
export function isMarkForNothing(value: JsonValue, field: Field): boolean {
  if (typeof value === 'object') return isListOfMarks(value, field);
  if (value === false) return field.name !== 'internal_referrer' && field.kind !== 'json';
  const came = typeof value === 'string' ? value : String(value);
  if (came.length > lengthMax) return false;
  const isId = ids.has(field.name);
  if (isId && isEmptyId(came, field)) return true;
  if (!startOfMark.test(came) || (field.kind === 'json' && came.startsWith('{"'))) return false;
  const text = withoutUnseen(came).trim();
  if (text === '' || isPlaceholder(text, field) || nilUuid.test(text) || fileNull.test(text)) return true;
  if (text.startsWith('0') && field.kind === 'text' && !isId) return false;
  if (isId && zeroOrLess.test(text)) return true;
  if (field.kind === 'instant' && (zeroOrLess.test(text) || noTime.test(text))) return true;
  if (field.kind === 'seconds' && negative.test(text)) return true;
  const folded = text.replace(/[\s"'`“”‘’«»()[\]{}<>\-–—−_./\\#!]/g, '').toLowerCase();
  const isTime = field.kind === 'instant' || field.kind === 'seconds';
  // A caller may press # in a menu, and attributes may be an empty list.
  if (folded === '' || (isTime && /^:+$/.test(folded))) return !text.includes('#') && field.kind !== 'json';
  if (folded === 'false') return field.name !== 'internal_referrer';
  return (
    words.has(folded) ||
    wordTwice.test(folded) ||
    (!freeTexts.has(field.name) && wordsOfCodes.has(folded)) ||
    (isTime && wordsOfTimes.has(folded))
  );
}

function isListOfMarks(value: JsonValue, field: Field): boolean {
  if (!Array.isArray(value) || value.length === 0 || field.kind === 'json') return false;
  return value.every((item) => item === null || isMarkForNothing(item, field));
}

function isEmptyId(text: string, { name }: Field): boolean {
  if (templateInside.test(text)) return true;
  return /^\D{4,}$/.test(text) && (emptyPartOfId.test(text) || foldKey(text) === foldKey(name));
}

/** Full-width letters become ASCII, and characters that show nothing go. */
function withoutUnseen(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return text.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu, '');
}

/** True for a placeholder, also in quotes or brackets. */
function isPlaceholder(text: string, field: Field): boolean {
  if (/^[a-z\d]/i.test(text)) return false;
  const unquoted = text.replace(/^["'`“‘(]+|["'`”’)]+$/g, '').trim();
  const bare = text.replace(/^["'`“‘([]+|["'`”’)\]]+$/g, '').trim();
  if (field.kind === 'json' && /^\{[^{]/.test(bare)) return false;
  return (
    template.test(text) ||
    template.test(bare) ||
    isBracketedName(text, field) ||
    isBracketedName(unquoted, field)
  );
}

function isBracketedName(text: string, { name, kind }: Field): boolean {
  const isFreeText = freeTexts.has(name);
  if (!isFreeText && dollarName.test(text)) return true;
  const inner = bracketed.exec(text)?.slice(1).join('');
  if (inner === undefined || holdsValue.test(inner)) return false;
  if (text.startsWith('[') && (kind === 'json' || squareBracketed.has(name))) return false;
  // `[NSW]` is how people write too.
  if (isFreeText && text.startsWith('[') && /^[A-Z]+$/.test(inner)) return false;
  // `<anonymous>` says that the caller hid the number.
  if (name.endsWith('_number') && saysPrivate(inner)) return false;
  return !isFreeText || identifier.test(inner) || jetNames.has(foldKey(inner));
}

import { isNoTime } from '../domain/instant.ts';
import { jetFields, type CallFieldName, type JetField, type JsonValue } from '../domain/jet-fields.ts';
import { saysPrivate } from '../domain/withheld.ts';
import { foldKey } from './flatten.ts';
import { isEmpty } from './read-value.ts';

/** Words that systems write for a missing value, in lower case, without blanks and punctuation. The only such list. */
const noValueWords: ReadonlySet<string> = new Set([
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
// `undefined undefined` is a first name and a last name, both missing.
const repeatedWord = /^(?:(?:null)+|(?:none)+|(?:undefined)+)$/;
/** These words mean "no value" except in a free text, where a person can have written them. */
const wordsOutsideFreeText: ReadonlySet<string> = new Set(['empty', 'novalue']);
/** Python writes NaT for "not a time". In other fields, Nat is a name. */
const wordsOfTimes: ReadonlySet<string> = new Set(['nat']);

// Placeholders that only an unfilled template produces: `{{x}}`, `${x}`, `#{x}`, `%{x}`, `@{x}`, `$(x)`, `{%x%}`,
// `<%x%>`, `[[x]]`, `%x%`, `@x@`, `__x__`, `*|x|*`, `%s`, `{0}` and `{keyword:default}`.
const template =
  /^(?:\{\{.*\}\}|[$#%@]\{.*\}|\{[%#$].*\}|\$\(.*\)|[#%@]\([a-z_][\w.: -]*\)|<[%?].*>|\[\[.*\]\]|([%@#$!~|]{1,2}|__)[a-z_][\w.: -]*\1|\*\|.*\|\*|%(?:\d\$)?[sdi@]|\{\d\}|\{[a-z_]\w*:\S[^{}]*\})$/is;
const templateInside = /\{\{.*\}\}|[$#%@]\{[^{}]*\}|\$\([^()]*\)/s;
const bracketed = /^(?:<<([^<>]*)>>|<([^<>]*)>|\[([^[\]]*)\]|\{([^{}]*)\}|«([^«»]*)»)$/s;
// Text in brackets is a real value when it looks like an address (@), a number or GUID (three digits) or a list (commas
// or quotes), or when it has no letters.
const looksLikeValue = /@|(?:\d.*){3}|[,"]|^[^a-z]*$/i;
/** Variable names as templates spell them: `caller`, `callerName`, `caller_name`, `CALLER`. People do not. */
const identifier = /^\s*(?:[a-z_$][\w$.:-]*|[A-Z][A-Z\d_.:-]*|\w*_\w*)\s*$/;
const dollarName = /^\$[a-z_][\w.]*$/i;

const nilUuid = /^(?:urn:uuid:)?[{("']*0{8}-?0{4}-?0{4}-?0{4}-?0{12}[})"']*$/i;
const zeroOrLess = /^["'\s]*(?:[+-]?0*(?:\.0*)?|-\d+(?:\.\d+)?)["'\s]*$/;
// A year below zero, or a date or clock that consists of zeros.
const noTime = /^["'\s]*(?:-\d{4,6}-\d\d-.*|[0:./\s+tz-]*0[0:./\s+tz-]*)$/is;
const negative = /^["'\s]*[-−]/;
/** `\N`, as databases write null into a file. */
const fileNull = /^["']?\\n["']?$/i;

// A cheap first check, so that most real values skip the rest. A no-value text begins with one of these letters, with a
// zero, or with a character that is neither letter nor digit.
const startOfNoValue = /^(?:[^1-9a-z+,:;=?^&]|n[uioa]|un|em|in|fa|db|ur|[nueifd][^a-z\d])/i;
const lengthMax = 256;

const ids: ReadonlySet<string> = new Set<CallFieldName>([
  'call_session_id',
  'session_id',
  'page_view_id',
  'user_id',
  'origin_session_id',
  'google_analytics_client_id',
]);
/** Who answered a call, with which result. No sender uses 0 as the name of one of these. */
const answers: ReadonlySet<string> = new Set<CallFieldName>([
  ...(['dial_widget_name', 'answering_point', 'dial_status'] as const),
  ...(['queue_name', 'extension_number', 'extension_name'] as const),
]);
/** Matches an id in which one of these words fills a part: `call-undefined`. It applies to ids without digits. */
const emptyPartOfId = /(?:^|[^a-z])(?:null|nil|none|undefined|nan|unknown|unset|true)(?:[^a-z]|$)/i;

/** The fields that people fill with free text, mostly names. */
const freeTexts: ReadonlySet<string> = new Set<CallFieldName>([
  ...(['service_name', 'service_group', 'number_type', 'dial_widget_name', 'answering_point'] as const),
  ...(['queue_name', 'extension_name', 'geo_label', 'ivr_prompts', 'ivr_labels'] as const),
  ...(['landing_page_keywords', 'keywords', 'channel', 'source', 'medium', 'campaign'] as const),
]);
/** In these fields square brackets belong to the value: `[solar panels]` is an exact-match keyword. */
const squareBracketed: ReadonlySet<string> = new Set<CallFieldName>([
  ...(['ivr_prompts', 'ivr_labels', 'landing_page_keywords', 'keywords'] as const),
]);
const jetNames: ReadonlySet<string> = new Set(jetFields.map(({ jetName }) => foldKey(jetName)));

type Field = Pick<JetField, 'name' | 'kind'>;

/**
 * True for a text that a system writes when it has no value. Examples are a word such as `N/A`, an unfilled
 * placeholder, dashes and the nil UUID. For a time, an id and the fields about the answer, zero, negative numbers and
 * years below zero also count. For an id, so do years before 1980. Quotes, brackets, blanks, case, width and invisible
 * characters are ignored. A list has no value when none of its items has one.
 *
 * There are two exceptions. `false` is a real value of internalReferrer. A free text such as a name is a real value
 * whenever a person could have written it.
 * Why: docs/decisions/liberal-intake.md
 */
export function isNoValue(value: JsonValue, field: Field): boolean {
  if (typeof value === 'object') return isListWithoutValues(value, field);
  if (value === false) return field.name !== 'internal_referrer' && field.kind !== 'json';
  const received = typeof value === 'string' ? value : String(value);
  if (received.length > lengthMax) return false;
  const isId = ids.has(field.name);
  if (isId && isEmptyId(received, field)) return true;
  if (!startOfNoValue.test(received) || (field.kind === 'json' && received.startsWith('{"'))) return false;
  const text = withoutInvisible(received).trim();
  if (text === '' || isPlaceholder(text, field) || nilUuid.test(text) || fileNull.test(text)) return true;
  const isNeverZero = isId || field.kind === 'instant' || answers.has(field.name);
  if (text.startsWith('0') && field.kind === 'text' && !isNeverZero) return false;
  if (isNeverZero && (zeroOrLess.test(text) || noTime.test(text))) return true;
  if (field.kind === 'seconds' && negative.test(text)) return true;
  const folded = text.replace(/[\s"'`“”‘’«»()[\]{}<>\-–—−_./\\#!]/g, '').toLowerCase();
  const isTime = field.kind === 'instant' || field.kind === 'seconds';
  // A # alone is a real value, since a caller can press it in a menu. So is an empty list in attributes.
  if (folded === '' || (isTime && /^:+$/.test(folded)))
    return !text.includes('#') && !(field.kind === 'json' && /[[{]/.test(text));
  if (folded === 'false') return field.name !== 'internal_referrer';
  return (
    noValueWords.has(folded) ||
    repeatedWord.test(folded) ||
    (!freeTexts.has(field.name) && wordsOutsideFreeText.has(folded)) ||
    (isTime && wordsOfTimes.has(folded))
  );
}

function isListWithoutValues(value: JsonValue, field: Field): boolean {
  if (!Array.isArray(value) || value.length === 0 || field.kind === 'json') return false;
  return value.every((item) => isEmpty(item) || isNoValue(item, field));
}

function isEmptyId(text: string, { name }: Field): boolean {
  if (templateInside.test(text) || isDateOfNothing(text) || !/[\p{L}\p{N}]/u.test(text)) return true;
  return /^\D{4,}$/.test(text) && (emptyPartOfId.test(text) || foldKey(text) === foldKey(name));
}

/** True for a time of day on a date before any call, and for the dates that systems write when they have no date. */
function isDateOfNothing(text: string): boolean {
  return /^\s*(?:0001|1900|1970)-01-01\s*$/.test(text) || (/\d:\d\d/.test(text) && isNoTime(text.trim()));
}

/** Replaces full-width letters by ASCII and removes invisible characters. */
function withoutInvisible(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return text.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu, '');
}

/** True for a placeholder, with or without quotes or brackets around it. */
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
  if (inner === undefined || looksLikeValue.test(inner)) return false;
  if (text.startsWith('[') && (kind === 'json' || squareBracketed.has(name))) return false;
  // People write `[NSW]` too, so capitals in square brackets can be a real value.
  if (isFreeText && text.startsWith('[') && /^[A-Z]+$/.test(inner)) return false;
  // `<anonymous>` is a real value: it means that the caller hid the number.
  if (name.endsWith('_number') && saysPrivate(inner)) return false;
  return !isFreeText || identifier.test(inner) || jetNames.has(foldKey(inner));
}

/** Words that systems add around the deciding word, as in "Caller ID withheld". */
const fillerWord =
  '(?:the|this|is|by|of|your|calling|callers?|calls?|phone|telephone|tel|mobile|number|num|no|id|cli|clid|name|line|party|user|subscriber|invalid)';
const privateWord =
  '(?:anonymous|anonymised|anonymized|anon|private|withheld|withhold|restricted|blocked|hidden|suppressed|unlisted|undisclosed|concealed|masked|secret)';
const absentWord =
  '(?:unknown|unidentified|unavailable|undefined|unspecified|unassigned|null|nil|none|na|outofarea|not(?:available|provided|disclosed|known|given|set|shown)|non?(?:caller|number|num|phone|id|cli|clid|name))';

const isPrivate = new RegExp(`^${fillerWord}*${privateWord}${fillerWord}*$`);
const isAbsent = new RegExp(`^${fillerWord}*${absentWord}${fillerWord}*$`);

/** True for a text that means that the caller hid the number: `Caller ID withheld`. */
export function saysPrivate(text: string): boolean {
  return isPrivate.test(lettersOf(text));
}

/** True for a text that means that there is no number, for any reason: `Unknown Caller`, `No Number`. */
export function saysNoNumber(text: string): boolean {
  const letters = lettersOf(text);
  return isPrivate.test(letters) || isAbsent.test(letters);
}

// Gateways that can send only digits spell these words on the keypad: ANONYMOUS is 266696687.
const anonymousKeys = '266696687';
const otherKeys = new Set(['7378742833', '86282452253', '8656696', '7748283', '2562533', '94844353']);

/** True for the digits that spell ANONYMOUS, with or without a plus, and for a number of zeros alone. */
export function isHiddenDigits(text: string): boolean {
  const digits = compact(text);
  // 000 is the emergency number. Some gateways put a country code before the zeros.
  return (
    digits.replace('+', '') === anonymousKeys ||
    (/^(?:0+|\+[1-9]\d{0,2}0{7,})$/.test(digits) && digits !== '000')
  );
}

/** True for a text that means a missing or hidden number under every numbering plan: `anonymous`, `0`. */
export function namesNobody(text: string): boolean {
  return /\d/.test(text) ? isHiddenDigits(text) : saysNoNumber(text);
}

/**
 * True for the digits that spell RESTRICTED, UNAVAILABLE, UNKNOWN, PRIVATE, BLOCKED or WITHHELD. Check the numbering
 * plan first: the same digits can be a valid number.
 */
export function spellsHidden(text: string): boolean {
  return otherKeys.has(compact(text).replace('+', ''));
}

function compact(text: string): string {
  return text.replace(/[\s().-]/g, '');
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, '');
}

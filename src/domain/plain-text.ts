// Controls, escapes, formats (zero width, bidirectional), surrogates, private and unassigned characters, line and
// paragraph separators, and what else shows nothing. Variation selectors stay: an emoji needs them.
const unseen = /(?![\ufe00-\ufe0f])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const printableAscii = /^[\x20-\x7e]*\n?$/;

/**
 * A text from outside as a part of one line. Each character that a terminal obeys, or that shows nothing, becomes
 * U+FFFD: line breaks and tabs too.
 */
export function oneLine(text: string): string {
  return text.replace(unseen, '\ufffd');
}

/** A text of several lines, cleaned as {@link oneLine} does, but for its line breaks and tabs. */
export function severalLines(text: string): string {
  return text.replace(unseen, (character) => (/[\n\t]/.test(character) ? character : '\ufffd'));
}

/**
 * JSON text in which each such character is written as an escape, so that it means the same as before. Line breaks
 * stay: between values they are layout, and within a string JSON has none.
 */
export function escapeUnseen(json: string): string {
  if (printableAscii.test(json)) return json;
  return json.replace(unseen, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  const units = character.split('');
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}

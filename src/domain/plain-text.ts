// Control, format, surrogate, private and unassigned characters, line and paragraph separators, and all other invisible
// characters. Variation selectors are excluded, because emoji need them.
const unprintable = /(?![\ufe00-\ufe0f])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const printableAscii = /^[\x20-\x7e]*\n?$/;

/**
 * Makes a text from outside safe to print within one line. Each control character and each invisible character becomes
 * U+FFFD, including line breaks and tabs.
 */
export function oneLine(text: string): string {
  return text.replace(unprintable, '\ufffd');
}

/** Makes a text from outside safe to print. It works like {@link oneLine}, but keeps line breaks and tabs. */
export function severalLines(text: string): string {
  return text.replace(unprintable, (character) => (/[\n\t]/.test(character) ? character : '\ufffd'));
}

/**
 * Replaces each control or invisible character in a JSON text by its `\u` escape, which keeps the meaning. Line breaks
 * are kept: JSON allows them only between values, where they are layout.
 */
export function escapeUnseen(json: string): string {
  if (printableAscii.test(json)) return json;
  return json.replace(unprintable, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  const units = character.split('');
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}

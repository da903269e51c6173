/**
 * Writes a text as one word of a shell command. A plain text stays unchanged, and any other text is in single quotes.
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

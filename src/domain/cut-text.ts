/** Cuts a text to a length in UTF-16 units, never in the middle of a character. */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const cut = text.slice(0, lengthMax);
  // Drop the first half of a surrogate pair whose second half was cut off.
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

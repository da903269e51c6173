/** Text cut to a length in UTF-16 units, never in the middle of a character. */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const cut = text.slice(0, lengthMax);
  // The first half of a pair that was cut apart.
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

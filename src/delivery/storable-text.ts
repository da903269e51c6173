/** Makes text from a destination storable in every database: cut, well-formed and without U+0000. */
export function storableText(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).replaceAll('\0', '\ufffd').toWellFormed();
}

/** The most characters that the store keeps of a code, and of a reason or a remedy. */
export const codeLengthMax = 64;
export const reasonLengthMax = 1_000;

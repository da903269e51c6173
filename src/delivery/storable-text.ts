/** Text that came from a destination, as every database takes it: cut, well-formed, without U+0000. */
export function storableText(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).replaceAll('\0', '\ufffd').toWellFormed();
}

/** What the store keeps of a code, and of a reason or a remedy. */
export const codeLengthMax = 64;
export const reasonLengthMax = 1_000;

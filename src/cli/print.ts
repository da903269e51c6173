/** Every command writes through this file, so that no text from outside gives orders to a terminal or forges a line. */

/** Prints one line of a result. Line breaks and control characters inside it show as U+FFFD. */
export function print(line: string): void {
  process.stdout.write(`${oneLine(line)}\n`);
}

/** Prints a text of several lines whose line breaks are our own: JSON, or lines that were joined. */
export function printText(text: string): void {
  process.stdout.write(`${plainText(text)}\n`);
}

/** Prints one line about progress or a failure, beside the result. */
export function printAside(line: string): void {
  process.stderr.write(`${oneLine(line)}\n`);
}

/**
 * Text from outside, for one line of a terminal: without control, bidirectional, zero-width and line break characters,
 * which show as U+FFFD.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** The same for a text of several lines: line feeds and tabs stay. */
export function plainText(text: string): string {
  return text.replace(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu, '\ufffd');
}

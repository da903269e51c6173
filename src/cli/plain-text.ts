/** Text from outside for the terminal: nothing that a sender or a destination wrote gives it orders. */
export function plainText(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, '\ufffd');
}

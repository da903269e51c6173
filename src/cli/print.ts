import { escapeUnseen, oneLine, severalLines } from '../domain/plain-text.ts';

// Every command writes through this file, so that no text from outside gives orders to a terminal or forges a line.

/** Prints one line of a result. Line breaks and control characters inside it show as U+FFFD. */
export function print(line: string): void {
  process.stdout.write(`${oneLine(line)}\n`);
}

/** Prints a text of several lines that is our own. */
export function printText(text: string): void {
  process.stdout.write(`${severalLines(text)}\n`);
}

/** Prints a text of several lines from outside, such as the body of a push. No line of it looks like one of ours. */
export function printQuoted(text: string): void {
  const lines = severalLines(text.replace(/\r\n?/g, '\n')).split('\n');
  process.stdout.write(lines.map((line) => `  | ${line}\n`).join(''));
}

/** Prints a value as JSON. A script reads from it what the value holds, whatever its texts are. */
export function printJson(value: unknown): void {
  process.stdout.write(`${escapeUnseen(JSON.stringify(value, undefined, 2))}\n`);
}

/** Prints one line about progress or a failure, beside the result. */
export function printAside(line: string): void {
  process.stderr.write(`${oneLine(line)}\n`);
}

/** Where the parser of a command line prints its help and its complaints. A complaint repeats what was typed. */
export const helpOutput = {
  writeOut: (text: string) => void process.stdout.write(severalLines(text)),
  writeErr: (text: string) => void process.stderr.write(severalLines(text)),
  // On one line: the parser breaks it only before a suggestion of its own.
  outputError: (text: string) => printAside(text.trimEnd().replace(/\n(?=\(Did you mean [^\n]*\)$)/, ' ')),
};

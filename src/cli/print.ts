import { escapeUnseen, oneLine, severalLines } from '../domain/plain-text.ts';

// Every command writes through this file, so that no text from outside can control a terminal or forge a line.

const guarded = new Set<NodeJS.WriteStream>();

/** When the reader closes its end (`| head`), the work continues and the rest of the output is dropped. */
function guarding(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (!guarded.has(stream)) {
    guarded.add(stream);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return stream;
}

function write(text: string): void {
  guarding(process.stdout).write(text);
}

function writeAside(text: string): void {
  guarding(process.stderr).write(text);
}

/** Prints one line of a result. Line breaks and control characters in it show as U+FFFD. */
export function print(line: string): void {
  write(`${oneLine(line)}\n`);
}

/** Prints our own text of several lines. */
export function printText(text: string): void {
  write(`${severalLines(text)}\n`);
}

/** Prints a text from outside, such as the body of a push. Its lines are marked, so that none looks like a result. */
export function printQuoted(text: string): void {
  const lines = severalLines(text.replace(/\r\n?/g, '\n')).split('\n');
  write(lines.map((line) => `  | ${line}\n`).join(''));
}

/**
 * Prints a value as JSON. Characters that a terminal would obey are escaped, so that a script still reads the exact
 * value.
 */
export function printJson(value: unknown): void {
  write(`${escapeUnseen(JSON.stringify(value, undefined, 2))}\n`);
}

/**
 * Writes a piece of data, such as a CSV, and waits until the reader has taken it. A terminal gets it without control
 * characters; a file or a program gets it unchanged.
 */
export async function printRaw(piece: string | Uint8Array): Promise<void> {
  const shown = process.stdout.isTTY && typeof piece === 'string' ? severalLines(piece) : piece;
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(shown, (error) => (error ? reject(error) : resolve()));
  });
}

/** Prints one line about progress or a failure, beside the result. */
export function printAside(line: string): void {
  writeAside(`${oneLine(line)}\n`);
}

/** The outputs for help and errors of the command-line parser. An error repeats what was typed. */
export const helpOutput = {
  writeOut: (text: string) => write(severalLines(text)),
  writeErr: (text: string) => writeAside(severalLines(text)),
  // The parser breaks an error message only before its own suggestion. The message is printed on one line.
  outputError: (text: string) => printAside(text.trimEnd().replace(/\n(?=\(Did you mean [^\n]*\)$)/, ' ')),
};

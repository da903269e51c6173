import type { Access } from '../../auth/console-passwords.ts';
import { cutText } from '../../domain/cut-text.ts';
import { oneLine, severalLines } from '../../domain/plain-text.ts';
import { withoutNumbers } from '../shown-number.ts';

const shortMax = 200;

/** A text from outside in one line: invisible characters are replaced, a long text is cut, a viewer sees no numbers. */
export function shownText(
  text: string | undefined,
  access: Access,
  lengthMax = shortMax,
): string | undefined {
  if (text === undefined) return undefined;
  const line = withoutNumbers(oneLine(text), access);
  return line.length > lengthMax ? `${cutText(line, lengthMax)} …` : line;
}

/** A text of several lines from outside, such as the body of a push. */
export function shownBody(text: string, access: Access): string {
  return withoutNumbers(severalLines(text.replace(/\r\n?/g, '\n')), access);
}

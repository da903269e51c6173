import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { tokenPath } from '../http/token-route.ts';
import { webhookPaths } from '../http/webhook-routes.ts';
import type { FirstStart } from '../app/first-client.ts';
import { printText } from './print.ts';

const filesMax = 100;
const placeholder = 'https://YOUR-PUBLIC-ADDRESS';

/** The values to paste into Jet's form, and the next steps. */
export function firstStartText(made: FirstStart, publicUrl: string | undefined): string {
  const base = publicUrl ?? placeholder;
  const lines = [
    'These values are shown once. Keep them in a safe place. If you read them in a file, remove the file.',
    '',
    "For Jet's webhook form (OAuth 2.0):",
    `  Authentication URL   ${base}/oauth/authorize`,
    `  Access Token URL     ${base}${tokenPath}`,
    `  Client ID            ${made.clientId}`,
    `  Client Secret        ${made.clientSecret}`,
    `  Scope                ${made.scope}`,
    '',
    'Webhook URLs, one for each push:',
    ...webhookPaths.map(({ path, stage }) => `  ${(stage ?? 'any push').padEnd(20)} ${base}${path}`),
    '',
    ...(made.consolePassword === undefined
      ? []
      : [
          'Console password (to approve Jet when it asks through the Authentication URL):',
          `  ${made.consolePassword}`,
          '',
        ]),
    'Next:',
    ...(publicUrl === undefined
      ? [
          `  - Set PUBLIC_URL to the https address under which Jet reaches this server. In this text, ${placeholder} means that address.`,
        ]
      : []),
    '  - Ask Jet whether its form needs a Redirect URL. If it does, register the URL that Jet gives you:',
    `      npm run client -- redirect ${made.clientId} --add <url>`,
    '  - Test the receiver before Jet uses it. Use a trial store, because test calls land as rows: see "Your first call" in README.md',
    '  - Lost the secret? Make a new one: npm run client -- rotate <client id>',
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Shows the text on a terminal. Without a terminal, a log could keep it, so the text goes into a file that only its
 * owner can read. An existing file may hold the only copy of another store's credentials, so it is never overwritten.
 * The new file is then `first-start-2.txt`, and so on.
 */
export function showFirstStart(
  text: string,
  file: string,
  { isTTY }: Pick<NodeJS.WriteStream, 'isTTY'>,
): { shownIn: string } {
  if (isTTY) {
    printText(`\n${text}`);
    return { shownIn: 'the terminal' };
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const shownIn = writeNew(file, text);
  chmodSync(shownIn, 0o600);
  return { shownIn };
}

/** Writes a new file and returns its name. */
function writeNew(file: string, text: string): string {
  const { dir, name, ext } = parse(file);
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? file : join(dir, `${name}-${number}${ext}`);
    try {
      writeFileSync(candidate, text, { mode: 0o600, flag: 'wx' });
      return candidate;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === filesMax) throw error;
    }
  }
}

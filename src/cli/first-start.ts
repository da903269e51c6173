import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tokenPath } from '../http/token-route.ts';
import { webhookPaths } from '../http/webhook-routes.ts';
import type { FirstStart } from '../first-client.ts';

const placeholder = 'https://YOUR-PUBLIC-ADDRESS';

/** What to paste into Jet's form, and what to do next. */
export function firstStartText(made: FirstStart, publicUrl: string | undefined): string {
  const base = publicUrl ?? placeholder;
  const lines = [
    'This is shown once. Keep it in a safe place, and remove the file if it came in one.',
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
          'Console password (to approve Jet when it asks by the Authentication URL):',
          `  ${made.consolePassword}`,
          '',
        ]),
    'Next:',
    ...(publicUrl === undefined
      ? [
          `  - Set PUBLIC_URL to the https address under which Jet reaches this server, and read ${placeholder} as that.`,
        ]
      : []),
    '  - Ask Jet whether its form wants a Redirect URL, and which. If it does, register the one that Jet names:',
    `      npm run client -- redirect ${made.clientId} --add <url>`,
    '  - Try it before Jet does, on a trial store (its calls land as rows): see "Run it" in README.md',
    '  - Lost the secret? Make a new one: npm run client -- rotate <client id>',
  ];
  return `${lines.join('\n')}\n`;
}

/** Shows it on a terminal; elsewhere, where a log would keep it, puts it into a file for its owner alone. */
export function showFirstStart(
  text: string,
  file: string,
  terminal: NodeJS.WriteStream,
): { shownIn: string } {
  if (terminal.isTTY) {
    terminal.write(`\n${text}\n`);
    return { shownIn: 'the terminal' };
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
  return { shownIn: file };
}

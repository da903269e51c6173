import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CoreSettings } from '../config/core-schema.ts';
import type { Settings } from '../config/read-settings.ts';
import { secretKeyFile } from './data-folder.ts';
import { isUnencrypted } from '../database/database-url.ts';
import { databaseFile } from '../database/open-database.ts';
import { databaseFileMode } from '../database/sqlite.ts';

/** Something that strangers or other users of the machine can reach, with a remedy. */
export interface Exposure {
  readonly message: string;
  readonly remedy: string;
}

/** Finds addresses and files that are more open than necessary. The start and the doctor command warn of them. */
export function findExposures({ core, adapters }: Settings, settingsFile = '.env'): Exposure[] {
  const reportingUrl = adapters.get('sql')?.['REPORTING_DATABASE_URL'];
  const reporting = typeof reportingUrl === 'string' ? databaseFile(reportingUrl) : undefined;
  return [
    ...publicWithoutUrl(core),
    ...openConsole(core),
    ...endlessHeader(core),
    ...previousKey(core),
    ...unencryptedDatabase('DATABASE_URL', core.DATABASE_URL),
    ...unencryptedDatabase('REPORTING_DATABASE_URL', reportingUrl),
    ...openFiles(core, reporting, settingsFile),
  ];
}

function publicWithoutUrl({ HOST, PUBLIC_URL }: CoreSettings): Exposure[] {
  if (PUBLIC_URL !== undefined || isLoopback(HOST)) return [];
  return [
    {
      message: `HOST=${HOST} can be reached from other machines, and PUBLIC_URL is not set.`,
      remedy:
        'Set PUBLIC_URL to the https address of the proxy in front. Without it, cookies are not bound to https.',
    },
  ];
}

function openConsole({ ROLE, CONSOLE_HOST, CONSOLE_PORT }: CoreSettings): Exposure[] {
  if (ROLE === 'deliver' || CONSOLE_PORT === 0 || isLoopback(CONSOLE_HOST)) return [];
  return [
    {
      message: `CONSOLE_HOST=${CONSOLE_HOST} shows the console to other machines, and it has no TLS of its own.`,
      remedy:
        'Set CONSOLE_HOST=127.0.0.1, and open the console through an ssh tunnel or a proxy with TLS: docs/console.md.',
    },
  ];
}

function isLoopback(host: string): boolean {
  return /^(?:127\.|::1$|localhost$)/.test(host);
}

function endlessHeader(core: CoreSettings): Exposure[] {
  if (core.WEBHOOK_HEADER_VALUE_PREVIOUS === undefined) return [];
  if (core.WEBHOOK_HEADER_VALUE_PREVIOUS_UNTIL !== undefined) return [];
  return [
    {
      message: 'WEBHOOK_HEADER_VALUE_PREVIOUS is accepted without an end.',
      remedy: 'Set WEBHOOK_HEADER_VALUE_PREVIOUS_UNTIL to the day on which it ends, or remove the value.',
    },
  ];
}

function previousKey(core: CoreSettings): Exposure[] {
  if (core.SECRET_KEY_PREVIOUS === undefined) return [];
  return [
    {
      message: 'SECRET_KEY_PREVIOUS is set, so everything that was made with that key is still accepted.',
      remedy:
        'Remove it when nothing needs it any more. docs/operations.md ("Change the secret key") says how long each thing needs it.',
    },
  ];
}

function unencryptedDatabase(setting: string, url: unknown): Exposure[] {
  if (typeof url !== 'string' || !isUnencrypted(url)) return [];
  return [
    {
      message: `The connection of ${setting} to another machine is not encrypted, so others on the way can read calls and credentials.`,
      remedy: `Add ?sslmode=verify-full&sslrootcert=FILE to ${setting}, or sslmode=require when the server has no certificate that can be checked.`,
    },
  ];
}

/** The permissions of the group (2nd digit) and of others (3rd digit) that each kind of file may have. */
const settingsMode = 0o640;
const privateMode = 0o600;

function openFiles(core: CoreSettings, reporting: string | undefined, settingsFile: string): Exposure[] {
  // Windows has no such permissions.
  if (process.platform === 'win32') return [];
  const store = databaseFile(core.DATABASE_URL);
  return [
    ...openFile(settingsFile, settingsMode, 'holds secrets'),
    ...openFile(secretKeyFile(core), privateMode, 'holds the secret key'),
    ...(store === undefined
      ? []
      : openFile(store, databaseFileMode(store), 'holds calls and hashed secrets')),
    ...(reporting === undefined ? [] : openFile(reporting, databaseFileMode(reporting), 'holds calls')),
  ];
}

function openFile(file: string, allowed: number, what: string): Exposure[] {
  const mode = (statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
  if ((mode & 0o077 & ~allowed) === 0) return [];
  return [
    {
      message: `${file} ${what}, and other users of this machine can use it (mode ${mode.toString(8)}).`,
      remedy: `chmod ${allowed.toString(8)} ${resolve(file)}`,
    },
  ];
}

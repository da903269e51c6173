import { isIP } from 'node:net';
import { z } from 'zod';
import { callStatuses, foldStatusWord, type CallStatus } from '../domain/call-status.ts';
import { databaseUrlFault } from '../database/database-url.ts';
import { isEasyToGuess } from './chosen-secret.ts';
import { parseDurationMs } from '../domain/duration-text.ts';
import { isTimeFormat, parseInstant } from '../domain/instant.ts';
import { isTimeZone } from '../domain/local-time.ts';
import { isKnownCountry } from '../domain/phone-number.ts';

const logFormats = ['auto', 'text', 'json'] as const;
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const roles = ['all', 'receive', 'deliver'] as const;

const port = z.coerce
  .number('must be a port number')
  .int('must be a port number')
  .min(0, 'must be a port number')
  .max(65535, 'must be at most 65535');

const databaseUrl = z.string().superRefine((text, context) => {
  const fault = databaseUrlFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const easyToGuess = 'is easy to guess. Make a random one with: openssl rand -base64 32';
const isHardToGuess = (secret: string): boolean => !isEasyToGuess(secret);
const longSecret = z.string().min(16, { error: 'must have at least 16 characters', abort: true });
const chosenSecret = longSecret.refine(isHardToGuess, easyToGuess);

const secretKey = z.string().min(32, 'must have at least 32 characters');

const headerValue = longSecret.regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, {
  error: 'must be a valid header value: printable ASCII without a space at either end',
  abort: true,
});

/**
 * The receiver's own settings. Adapters have schemas of their own. The keys are the names of the environment variables,
 * and each has a line in `.env.example`.
 */
export const coreSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  PUBLIC_URL: z
    .url('must be an address such as https://calls.example.com')
    .transform(publicOrigin)
    .optional(),
  TRUST_PROXY: z.string().transform(trustProxy).optional(),
  DATABASE_URL: databaseUrl.default('sqlite:./data/jet.sqlite'),
  SECRET_KEY: secretKey.optional(),
  SECRET_KEY_PREVIOUS: secretKey.optional(),
  JET_STATUS_MAP: z.string().transform(statusMap).default(new Map()),
  JET_TIME_FORMAT: z
    .string()
    .refine(
      isTimeFormat,
      'must be a format in luxon tokens that a time can be read with, such as dd/MM/yyyy HH:mm:ss',
    )
    .optional(),
  TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone such as Australia/Sydney')
    .default('Australia/Sydney'),
  DEFAULT_COUNTRY: z.string().refine(isKnownCountry, 'must be a country code such as AU').default('AU'),
  DEFAULT_AREA_CODE: z
    .string()
    .regex(/^\d{1,5}$/, 'must be an area code such as 02')
    .optional(),
  OWN_NUMBERS: z.string().transform(textList).optional(),
  ROLE: z.enum(roles, `must be one of ${roles.join(', ')}`).default('all'),
  ADAPTERS: z.string().transform(nameList).default(['sql']),
  WEBHOOK_HEADER_NAME: z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be a header name such as X-Api-Key')
    .transform((name) => name.toLowerCase())
    .optional(),
  WEBHOOK_HEADER_VALUE: headerValue
    .refine(
      isHardToGuess,
      `${easyToGuess}. Set the old value as WEBHOOK_HEADER_VALUE_PREVIOUS until Jet sends the new one`,
    )
    .optional(),
  // The previous value can be easy to guess. It must stay valid until Jet sends its replacement.
  WEBHOOK_HEADER_VALUE_PREVIOUS: headerValue.optional(),
  WEBHOOK_HEADER_VALUE_PREVIOUS_UNTIL: z
    .string()
    .transform((text) => parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text))
    .refine(
      (instant) => instant !== undefined,
      'must be a day or a time such as 2026-12-31 or 2026-12-31T08:00Z',
    )
    .optional(),
  CONSOLE_HOST: z.string().default('127.0.0.1'),
  CONSOLE_PORT: port.default(3100),
  CONSOLE_PASSWORD: chosenSecret.optional(),
  CONSOLE_VIEWER_PASSWORD: chosenSecret.optional(),
  METRICS_TOKEN: chosenSecret.optional(),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  LOG_FORMAT: z.enum(logFormats, `must be one of ${logFormats.join(', ')}`).default('auto'),
  QUARANTINE_MB: z.coerce
    .number('must be a number of megabytes')
    .positive('must be more than 0 megabytes')
    .default(100),
  RETENTION_DAYS: z.coerce
    .number('must be a number of days')
    .int('must be a whole number of days')
    .min(0, 'must be a number of days, or 0 to keep everything')
    .max(36_500, 'must be at most 36500')
    .default(400),
  SETTLE_AFTER: z
    .string()
    .transform(durationMs)
    .default(4 * 3_600_000),
});

/**
 * Finds settings that contradict each other. This is separate from the schema, which would report these faults only when
 * all settings are valid by themselves.
 */
export function coreContradictions(
  values: Readonly<Record<string, string | undefined>>,
): { name: string; message: string }[] {
  const {
    WEBHOOK_HEADER_NAME: name,
    WEBHOOK_HEADER_VALUE: value,
    WEBHOOK_HEADER_VALUE_PREVIOUS: previous,
  } = values;
  const faults: { name: string; message: string }[] = [];
  if (value === undefined && name !== undefined) {
    faults.push({ name: 'WEBHOOK_HEADER_VALUE', message: 'must be set together with WEBHOOK_HEADER_NAME' });
  }
  if (name === undefined && value !== undefined) {
    faults.push({ name: 'WEBHOOK_HEADER_NAME', message: 'must be set together with WEBHOOK_HEADER_VALUE' });
  }
  if (value === undefined && previous !== undefined) {
    faults.push({
      name: 'WEBHOOK_HEADER_VALUE',
      message: 'must be set together with WEBHOOK_HEADER_VALUE_PREVIOUS',
    });
  }
  if (values.SECRET_KEY_PREVIOUS !== undefined && values.SECRET_KEY_PREVIOUS === values.SECRET_KEY) {
    faults.push({ name: 'SECRET_KEY_PREVIOUS', message: 'must not be the same key as SECRET_KEY' });
  }
  const { CONSOLE_PASSWORD: password, CONSOLE_VIEWER_PASSWORD: viewerPassword } = values;
  if (viewerPassword !== undefined && viewerPassword === password) {
    faults.push({
      name: 'CONSOLE_VIEWER_PASSWORD',
      message: 'must not be the same password as CONSOLE_PASSWORD, because a viewer can only read',
    });
  }
  return faults;
}

export type CoreSettings = Readonly<z.output<typeof coreSchema>>;

/** Settings that are never shown. Each can be read from a file instead, which `<name>_FILE` names. */
export const coreSecrets = [
  'DATABASE_URL',
  'SECRET_KEY',
  'SECRET_KEY_PREVIOUS',
  'WEBHOOK_HEADER_VALUE',
  'WEBHOOK_HEADER_VALUE_PREVIOUS',
  'CONSOLE_PASSWORD',
  'CONSOLE_VIEWER_PASSWORD',
  'METRICS_TOKEN',
] as const satisfies readonly (keyof CoreSettings)[];

type Context = z.RefinementCtx<string>;

function refuse(context: Context, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

function publicOrigin(text: string, context: Context): string {
  const url = new URL(text);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    return refuse(context, 'must begin with https://, because tokens and call data are sent to it');
  }
  if (url.pathname !== '/')
    return refuse(context, 'must not have a path: the receiver needs a host name of its own');
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    return refuse(context, 'must be an address without user, query and fragment');
  }
  return url.href.replace(/\/+$/, '');
}

/** Reads a number of proxies, or addresses and subnets. "All" is not allowed: a client could then forge its address. */
function trustProxy(text: string, context: Context): number | string[] {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const parts = text.split(',').map((part) => part.trim());
  return parts.every(isProxyAddress)
    ? parts
    : refuse(context, 'must be a number of proxies, or a list of addresses such as loopback,10.0.0.0/8');
}

/** True for an address, for a subnet that does not include every address, and for a name that Express knows. */
function isProxyAddress(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return (
    prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128))
  );
}

function statusMap(text: string, context: Context): ReadonlyMap<string, CallStatus> {
  const map = new Map<string, CallStatus>();
  for (const part of text.split(',').filter((entry) => entry.trim() !== '')) {
    const [word = '', status = '', ...more] = part.split('=').map((side) => side.trim());
    const known = callStatuses.find((name) => name === status);
    if (word === '' || known === undefined || more.length > 0) {
      return refuse(
        context,
        `must be a list such as VOICEMAIL=missed. The statuses are ${callStatuses.join(', ')}`,
      );
    }
    map.set(foldStatusWord(word), known);
  }
  return map;
}

function nameList(text: string, context: Context): string[] {
  if (text.trim() === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('') || names.includes('none')) {
    return refuse(context, 'must be a list of names such as sql,salesforce, or the word none alone');
  }
  return [...new Set(names)];
}

function textList(text: string): string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  return [...new Set(entries.filter((entry) => entry !== ''))];
}

function durationMs(text: string, context: Context): number {
  return parseDurationMs(text) ?? refuse(context, 'must be a duration such as 30m or 4h');
}

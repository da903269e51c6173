import { jetFields, type CallFieldName, type CallFields, type JsonValue } from '../../domain/jet-fields.ts';
import type { Direction } from '../../domain/fold.ts';
import type { Random } from './random.ts';
import { timeForms, writeTime, type TimeForm } from './time-form.ts';
import { keyOf, type KeySpelling } from './key-spelling.ts';

/** How the bodies of one call are written, where Jet's page does not specify it. */
export interface Spelling {
  readonly keys: KeySpelling;
  readonly time: TimeForm;
  readonly duration: 'number' | 'text' | 'clock';
  /**
   * How an empty telephony field is written: without its key, as null, as an empty text, as a mark such as `N/A`, or as
   * zeros for the duration and the end time.
   */
  readonly empty: 'absent' | 'null' | 'blank' | 'mark' | 'zero';
  readonly mark: string;
  readonly web: 'flat' | 'nested';
  readonly googleAnalytics: 'dotted' | 'nested';
  readonly indented: boolean;
}

/** The spelling of Jet's page, without keys for missing values. It is for calls that must always look alike. */
export const pageSpelling: Spelling = {
  ...{ keys: 'page', time: 'space', duration: 'text', empty: 'absent', mark: '' },
  ...{ web: 'flat', googleAnalytics: 'dotted', indented: false },
};

export function drawSpelling(random: Random, direction: Direction): Spelling {
  return {
    keys: random.weighted<KeySpelling>([
      ['page', direction === 'outbound' ? 8 : 4],
      ['camel', 2],
      ['snake', 2],
    ]),
    time: random.pick(timeForms),
    duration: random.weighted<Spelling['duration']>([
      ['number', 6],
      ['text', 3],
      ['clock', 1],
    ]),
    empty: random.weighted<Spelling['empty']>([
      ['absent', 3],
      ['null', 3],
      ['blank', 3],
      ['mark', 1],
      ['zero', 1],
    ]),
    mark: random.pick(marks),
    web: random.pick(['flat', 'flat', 'nested']),
    googleAnalytics: random.pick(['dotted', 'nested']),
    indented: random.chance(0.1),
  };
}

/** The texts that some systems write for a missing value. A separate copy of the receiver's list. */
const marks = [
  'null',
  'NULL',
  'None',
  'N/A',
  'n/a',
  'undefined',
  '-',
  '--',
  '{{value}}',
  '${value}',
  '%value%',
];

const inboundTelephony = jetFields.filter((field) => ['start', 'answered', 'end'].includes(field.list));
const webNames: ReadonlySet<string> = new Set(
  jetFields.filter((field) => field.list === 'web').map(({ name }) => name),
);
const kinds = new Map<string, string>(jetFields.map((field) => [field.name, field.kind]));

/** Writes the body of a push as JSON text. */
export function writeBody(fields: CallFields, direction: Direction, spelling: Spelling): string {
  const body: Record<string, JsonValue> = {};
  if (direction === 'inbound' && spelling.empty !== 'absent') {
    for (const { name } of inboundTelephony) {
      body[keyOf(name, direction, spelling.keys)] = writeNothing(name, spelling);
    }
  }
  const web: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(fields) as [CallFieldName, string | number][]) {
    const written = writeValue(name, value, spelling);
    if (name === 'google_analytics_client_id' && spelling.googleAnalytics === 'nested') {
      const [outer, inner] = nestedGoogleAnalytics[spelling.keys];
      web[outer] = { [inner]: written };
    } else {
      (webNames.has(name) ? web : body)[keyOf(name, direction, spelling.keys)] = written;
    }
  }
  if (spelling.web === 'flat') Object.assign(body, web);
  else if (Object.keys(web).length > 0) body['webSession'] = web;
  return JSON.stringify(body, null, spelling.indented ? 2 : 0);
}

const nestedGoogleAnalytics: Readonly<Record<KeySpelling, readonly [string, string]>> = {
  page: ['googleAnalytics', 'clientId'],
  camel: ['googleAnalytics', 'clientId'],
  snake: ['google_analytics', 'client_id'],
};

function writeNothing(name: CallFieldName, spelling: Spelling): JsonValue {
  if (spelling.empty === 'null') return null;
  if (spelling.empty === 'mark') return spelling.mark;
  if (spelling.empty === 'zero' && name === 'duration_seconds') return writeDuration(0, spelling.duration);
  if (spelling.empty === 'zero' && name === 'ended_at') return writeTime(0, spelling.time);
  return '';
}

function writeValue(name: CallFieldName, value: string | number, spelling: Spelling): JsonValue {
  if (value === '' && spelling.empty === 'mark' && !webNames.has(name)) return spelling.mark;
  if (typeof value === 'string') return value;
  return kinds.get(name) === 'instant'
    ? writeTime(value, spelling.time)
    : writeDuration(value, spelling.duration);
}

function writeDuration(seconds: number, form: Spelling['duration']): JsonValue {
  if (form === 'number') return seconds;
  if (form === 'text') return String(seconds);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

import { jetFields, type JetField } from '../domain/jet-fields.ts';
import { foldKey } from './flatten.ts';
import { isWrapper } from './wrappers.ts';

/** A field, and how many names stand on the way before its own. */
export interface FieldPlace {
  readonly field: JetField;
  readonly depth: number;
}

const fieldsByKey: ReadonlyMap<string, JetField> = new Map(
  jetFields.map((field) => [foldKey(field.jetName), field]),
);

// As Jet's page writes them, which most bodies do: folding each key costs more than all else in reading a push.
const placesByJetName: ReadonlyMap<string, FieldPlace> = new Map(
  jetFields.map((field) => [field.jetName, { field, depth: 0 }]),
);

// No field's name has more words. A key of nothing but dots must not be tried at each of them.
const wordsMax = 6;

// Parts of a push in which fields of the call stand, beside the wrappers of whole pushes. Another object speaks of
// something else: the duration of a recording is not the call's.
const parts: ReadonlySet<string> = new Set(
  [
    ...[
      'root',
      'envelope',
      'jet',
      'jetInteractive',
      'notification',
      'resource',
      'properties',
      'fields',
      'values',
    ],
    ...[
      'info',
      'telephony',
      'cdr',
      'callDetail',
      'callDetails',
      'callInfo',
      'callRecord',
      'eventData',
      'inbound',
    ],
    ...['outbound', 'inboundCall', 'outboundCall', 'web', 'webSessionData', 'webData', 'session'],
  ].map(foldKey),
);
// The visit stands in these too, and no field of the call does.
const webWrappers: ReadonlySet<string> = new Set(
  [
    ...['utm', 'tracking', 'trackingData', 'analytics', 'google', 'googleAnalytics', 'visitor', 'visit'],
    ...[
      'attribution',
      'marketing',
      'website',
      'site',
      'landingPage',
      'referrer',
      'page',
      'online',
      'digital',
    ],
    ...[
      'campaign',
      'source',
      'ads',
      'adwords',
      'googleAds',
      'click',
      'webVisit',
      'webSessions',
      'sessionData',
    ],
  ].map(foldKey),
);

/**
 * The field that a path names: as a whole (`googleAnalytics.clientId`), or by its last names (`web.session_id`),
 * whether objects or dots join them, when the names before those are of known wrappers.
 */
export function findField(path: readonly string[]): FieldPlace | undefined {
  const [only = ''] = path;
  const exact = path.length === 1 ? placesByJetName.get(only) : undefined;
  if (exact !== undefined) return exact;
  const names = path.flatMap((key) => key.split('.'));
  const whole = fieldsByKey.get(foldKey(names.join('')));
  if (whole !== undefined) return { field: whole, depth: 0 };
  for (let depth = Math.max(1, names.length - wordsMax); depth < names.length; depth += 1) {
    const field = fieldsByKey.get(foldKey(names.slice(depth).join('')));
    if (field === undefined) continue;
    const isWrapped = names.slice(0, depth).every((name) => holdsField(name, field));
    return isWrapped ? { field, depth } : undefined;
  }
  return undefined;
}

function holdsField(name: string, { list }: JetField): boolean {
  const folded = foldKey(name);
  return isWrapper(folded) || parts.has(folded) || (list === 'web' && webWrappers.has(folded));
}

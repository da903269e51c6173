import { jetFields, type JetField } from '../domain/jet-fields.ts';
import { foldKey } from './flatten.ts';
import { isWrapper } from './wrappers.ts';

/** A field, and the number of wrapper names before its own name in the path. */
export interface FieldPlace {
  readonly field: JetField;
  readonly depth: number;
}

const fieldsByKey: ReadonlyMap<string, JetField> = new Map(
  jetFields.map((field) => [foldKey(field.jetName), field]),
);

// Finding a field folds its key several times, which would be the most expensive step of reading a push. A sender spells
// its keys alike in every push, so each key is looked up once.
const knownPlaces = new Map<string, FieldPlace | undefined>();
// Enough for several senders. Senders that invent keys can only make the map forget the others.
const knownPlacesMax = 2_000;
const knownKeyLengthMax = 200;

// No field name has more words. Without this limit, a key of thousands of dots would be searched at every dot.
const wordsMax = 6;

// Objects that can contain fields of the call, in addition to the wrappers of whole pushes. Any other object describes
// something else: the duration of a recording is not the duration of the call.
const callWrappers: ReadonlySet<string> = new Set(
  [
    ...['jet', 'jetInteractive', 'resource', 'properties', 'fields', 'info', 'telephony'],
    ...['callDetail', 'callDetails', 'callInfo', 'eventData', 'inbound'],
    ...['outbound', 'inboundCall', 'outboundCall', 'web', 'webSessionData', 'webData', 'session'],
  ].map(foldKey),
);
// Objects that can contain fields of the web session only.
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
 * Finds the field that a key names. The key is the path of a value, joined with dots. Either the whole path is the field's
 * name (`googleAnalytics.clientId`), or its last names are and all names before them are known wrappers
 * (`web.session_id`). Nested objects and dots in a key count alike.
 */
export function findField(key: string): FieldPlace | undefined {
  const known = knownPlaces.get(key);
  if (known !== undefined || knownPlaces.has(key)) return known;
  const place = searchField(key.split('.'));
  if (key.length <= knownKeyLengthMax) {
    if (knownPlaces.size >= knownPlacesMax) knownPlaces.clear();
    knownPlaces.set(key, place);
  }
  return place;
}

function searchField(names: readonly string[]): FieldPlace | undefined {
  const whole = fieldsByKey.get(foldKey(names.join('')));
  if (whole !== undefined) return { field: whole, depth: 0 };
  for (let depth = Math.max(1, names.length - wordsMax); depth < names.length; depth += 1) {
    const field = fieldsByKey.get(foldKey(names.slice(depth).join('')));
    if (field === undefined) continue;
    const isWrapped = names.slice(0, depth).every((name) => canContain(name, field));
    return isWrapped ? { field, depth } : undefined;
  }
  return undefined;
}

function canContain(name: string, { list }: JetField): boolean {
  const folded = foldKey(name);
  return isWrapper(folded) || callWrappers.has(folded) || (list === 'web' && webWrappers.has(folded));
}

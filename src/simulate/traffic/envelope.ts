import type { Random } from './random.ts';

/** A body with its declared content type. */
export interface Sendable {
  readonly body: string;
  readonly contentType: string;
}

/** Wraps the JSON of a push as some senders do. */
export type Envelope = (json: string) => Sendable;

const json = 'application/json';

const envelopes: readonly (readonly [Envelope, number])[] = [
  [(body) => ({ body, contentType: json }), 90],
  [(body) => ({ body, contentType: 'text/plain' }), 4],
  [(body) => ({ body: JSON.stringify(body), contentType: json }), 3],
  [(body) => ({ body: JSON.stringify({ event: 'call', data: body }), contentType: json }), 3],
];

export function drawEnvelope(random: Random): Envelope {
  return random.weighted(envelopes);
}

/** Several pushes in one body: a JSON list, or one line for each. */
export function writeList(bodies: readonly string[], random: Random): Sendable {
  if (random.chance(0.5)) return { body: `[${bodies.join(',')}]`, contentType: json };
  const lines = bodies.map((body) => JSON.stringify(JSON.parse(body)));
  return { body: lines.join('\n'), contentType: 'application/x-ndjson' };
}

import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ids = new WeakMap<IncomingMessage, string>();

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const hex = /^[0-9a-f]{16,32}$/i;
const plain = /^[A-Za-z][A-Za-z0-9_-]{7,35}$/;

/**
 * The id under which a request is answered, logged and shown. It is the caller's own `X-Request-Id` when that is short
 * and plain, and otherwise a random one of 16 characters. It is made when it is first needed, so a stored push costs
 * nothing.
 */
export function requestIdOf(request: IncomingMessage): string {
  let id = ids.get(request);
  if (id === undefined) {
    const given = request.headers['x-request-id'];
    id = typeof given === 'string' && isHarmless(given) ? given : randomBytes(8).toString('hex');
    ids.set(request, id);
  }
  return id;
}

/** False for a text that may be a phone number, a token or an instruction. */
function isHarmless(text: string): boolean {
  const isRandom = uuid.test(text) || (hex.test(text) && /[a-f]/i.test(text));
  return isRandom || (plain.test(text) && !/\d{6}/.test(text));
}

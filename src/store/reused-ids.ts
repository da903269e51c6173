import { plainPhoneText } from '../domain/plain-phone-text.ts';
import type { Push, PushWarning } from '../domain/push.ts';

/** A push whose id another call already has, and the id that it gets instead. */
export interface MovedPush {
  readonly callId: string;
  readonly warning: PushWarning;
}

const sameCallWithinMs = 12 * 3_600_000;
const callIdLengthMax = 191;

type Facts = Pick<Push, 'callId' | 'fields'>;

/**
 * Separates calls that came under the same id. A push belongs to another call when every known push of that id has a
 * start over 12 h away and another origin number. Its call gets the id plus its start, so that all its pushes land there.
 * A push without a start or an origin number keeps its id.
 *
 * The order of receipt decides which call keeps the bare id. It does not decide that there are two calls.
 * Why: docs/decisions/call-ids.md
 *
 * @param pushes the received pushes, in order of receipt
 * @param known the stored pushes of their calls
 * @returns the pushes that belong to another call
 */
export function findReusedIds<P extends Facts>(
  pushes: readonly P[],
  known: readonly Facts[],
): ReadonlyMap<P, MovedPush> {
  const moved = new Map<P, MovedPush>();
  const factsById = new Map<string, CallFacts[]>();
  const learn = (push: Facts, facts: CallFacts): void => {
    const ofCall = factsById.get(push.callId);
    if (ofCall === undefined) factsById.set(push.callId, [facts]);
    else ofCall.push(facts);
  };
  for (const push of known) {
    const facts = factsOf(push);
    if (facts !== undefined) learn(push, facts);
  }
  for (const push of pushes) {
    const facts = factsOf(push);
    if (facts === undefined) continue;
    const ofCall = factsById.get(push.callId);
    if (ofCall === undefined || ofCall.some((other) => isSameCall(facts, other))) learn(push, facts);
    else moved.set(push, movedPush(push.callId, facts.startMs));
  }
  return moved;
}

/** True when a stored call id is the id of a push, or was made from that id for a second call. */
export function isUnderId(storedId: string, pushId: string): boolean {
  if (storedId === pushId) return true;
  const start = /#\d{8}T\d{6}Z$/.exec(storedId);
  return start !== null && start.index > 0 && pushId.startsWith(storedId.slice(0, start.index));
}

interface CallFacts {
  readonly startMs: number;
  readonly origin: string;
}

function factsOf({ fields }: Facts): CallFacts | undefined {
  const { started_at: startMs, origin_number: text } = fields;
  return startMs === undefined || text === undefined ? undefined : { startMs, origin: originOf(text) };
}

/** Makes different spellings of a number comparable: `0412 345 678` ends like `+61412345678`. */
function originOf(text: string): string {
  const plain = plainPhoneText(text);
  const digits = plain.replace(/\D/g, '');
  return digits === '' ? plain.toLowerCase() : digits.slice(-8);
}

function isSameCall(a: CallFacts, b: CallFacts): boolean {
  return Math.abs(a.startMs - b.startMs) <= sameCallWithinMs || a.origin === b.origin;
}

function movedPush(callId: string, startMs: number): MovedPush {
  const suffix = `#${new Date(startMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const own = `${callId.slice(0, callIdLengthMax - suffix.length)}${suffix}`;
  return {
    callId: own,
    warning: {
      field: 'callsessionid',
      code: 'id_reused',
      received: callId.slice(0, 100),
      action: `another call from another number, over 12 h apart, has this id; this call is stored as ${own}`,
    },
  };
}

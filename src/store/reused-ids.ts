import { plainPhoneText } from '../domain/plain-phone-text.ts';
import type { Push, PushWarning } from '../domain/push.ts';

/** A push under an id that another call has already, and the id that it got instead. */
export interface MovedPush {
  readonly callId: string;
  readonly warning: PushWarning;
}

const sameCallWithinMs = 12 * 3_600_000;
const callIdLengthMax = 191;

type Facts = Pick<Push, 'callId' | 'fields'>;

/**
 * Keeps calls apart that came under one id. A push belongs to another call when it names another start (over 12 h
 * away) and another origin number than every push that its id has. Its call gets the id with its own start behind it,
 * so that every further push of it lands there too. A push that lacks one of the two stays under the id as it came.
 *
 * Which of two calls keeps the bare id depends on which came first. That they are two does not.
 * Why: docs/decisions/call-ids.md
 *
 * @param pushes that came, in order of receipt
 * @param known the stored pushes of their calls
 * @returns by push: those that belong elsewhere
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

/** True for a stored call id that is the id of a push, or was made of it for a call that came under it too. */
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

/** The same however a number is written: `0412 345 678` ends as `+61412345678` does. */
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
      action: `another call has this id, from another number and over 12 h apart; this one is kept as ${own}`,
    },
  };
}

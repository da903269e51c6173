import type { CallRecord } from '../../domain/fold.ts';
import type { CallFields } from '../../domain/jet-fields.ts';
import type { Push, PushWarning } from '../../domain/push.ts';

/**
 * Makes the JSON texts of pushes and calls. The values of a push are in its own row, in the row of its call and in the
 * memory of calls. They are made into text only once for all three, when the call has no other push.
 */
export interface JsonTexts {
  /** The parts of a push that its row stores as JSON. */
  readonly parsed: (push: ReadPush) => string;
  /** A push without its body. */
  readonly push: (push: Push) => string;
  readonly call: (call: CallRecord) => string;
}

type Values = Pick<Push, 'fields' | 'extra'>;
type ReadPush = Values & { readonly warnings: readonly PushWarning[] };

export function createJsonTexts(): JsonTexts {
  const made = new Map<CallFields, string>();

  /** The values of a push or a call as the middle of an object's text. */
  const valuesText = ({ fields, extra }: Values): string => {
    const known = made.get(fields);
    if (known !== undefined) return known;
    const text = inside({ fields, extra });
    made.set(fields, text);
    return text;
  };

  return {
    parsed: ({ warnings, ...values }) => `{${valuesText(values)},${inside({ warnings })}}`,
    push: ({ id, callId, stage, contentHash, receivedAtMs, ...values }) =>
      `{${inside({ id, callId, stage, contentHash, receivedAtMs })},${valuesText(values)}}`,
    call(call) {
      const { id, direction, stage, answerReceivedAtMs, firstReceivedAtMs, lastReceivedAtMs } = call;
      const receipts = { answerReceivedAtMs, firstReceivedAtMs, lastReceivedAtMs };
      return `{${inside({ id, direction, stage })},${valuesText(call)},${inside(receipts)}}`;
    },
  };
}

/** The text of an object without its braces. */
function inside(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}

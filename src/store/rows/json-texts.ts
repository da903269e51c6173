import type { CallRecord } from '../../domain/fold.ts';
import type { CallFields } from '../../domain/jet-fields.ts';
import type { Push, PushWarning } from '../../domain/push.ts';

/**
 * Makes the JSON texts of pushes and calls. The values of a push go into its row, into the memory of calls, and into the row
 * of its call if it is the only push. They are made into text once.
 */
export interface JsonTexts {
  /** The parts of a push that its row stores as JSON. */
  readonly parsed: (push: Values & { readonly warnings: readonly PushWarning[] }) => string;
  /** A push without its body. */
  readonly push: (push: Push) => string;
  readonly call: (call: CallRecord) => string;
}

type Values = Pick<Push, 'fields' | 'extra'>;

export function createJsonTexts(): JsonTexts {
  // By the object `fields`. A call with one push has the same `fields` and `extra` as that push.
  const made = new Map<CallFields, string>();

  /** The values of a push or a call as the middle of an object's text. */
  const valuesText = ({ fields, extra }: Values): string => {
    const known = made.get(fields);
    if (known !== undefined) return known;
    const text = withoutBraces({ fields, extra });
    made.set(fields, text);
    return text;
  };

  return {
    parsed: (push) => `{${valuesText(push)},${withoutBraces({ warnings: push.warnings })}}`,
    push(push) {
      const { id, callId, stage, contentHash, receivedAtMs } = push;
      return `{${withoutBraces({ id, callId, stage, contentHash, receivedAtMs })},${valuesText(push)}}`;
    },
    call({ fields, extra, ...others }) {
      return `{${withoutBraces(others)},${valuesText({ fields, extra })}}`;
    },
  };
}

function withoutBraces(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}

import type { JsonValue } from '../../domain/jet-fields.ts';

/** A body that is not a push. The receiver must refuse it and keep it in the quarantine. */
export interface BrokenBody {
  readonly name: string;
  readonly body: string;
}

/** @param runId makes each body recognisable, also in the reporting table if one lands by mistake */
export function brokenBodies(runId: string): readonly BrokenBody[] {
  const callId = `${runId}-broken`;
  return [
    { name: 'malformed JSON', body: `{"callsessionid":"${callId}","duration":` },
    { name: 'an empty body', body: '' },
    { name: 'an object that is not a call', body: JSON.stringify({ simulation: runId, ping: true }) },
    { name: 'an object nested 40 deep', body: JSON.stringify({ callsessionid: callId, deep: nested(40) }) },
    { name: 'a list without a call', body: JSON.stringify([callId]) },
  ];
}

function nested(depth: number): JsonValue {
  return depth === 0 ? 'bottom' : { deeper: nested(depth - 1) };
}

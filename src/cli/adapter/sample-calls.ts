import { createCallCompleter, type Call, type LandingSettings } from '../../domain/call.ts';
import { foldCall } from '../../domain/fold.ts';
import type { Push } from '../../domain/push.ts';
import type { Stage } from '../../domain/stage.ts';
import type { CallFields } from '../../domain/jet-fields.ts';
import { isFault, readPush } from '../../intake/read-push.ts';
import { samples } from '../../simulate/traffic/samples.ts';
import { pageSpelling, writeBody } from '../../simulate/traffic/spelling.ts';

export type SampleKind = keyof typeof samples;

export const sampleKinds = Object.keys(samples) as SampleKind[];

export function aboutSample(kind: SampleKind): string {
  return samples[kind].about;
}

/** A sample call as an adapter gets it: its pushes are read, folded and completed like the pushes of a real call. */
export function sampleCall(kind: SampleKind, settings: LandingSettings): Call {
  const moments: readonly CallFields[] = samples[kind].pushes;
  const pushes = moments.map((fields, index) => readSample(kind, fields, index, settings));
  return createCallCompleter(settings)(foldCall(pushes));
}

const firstReceivedAtMs = Date.UTC(2026, 10, 22, 1, 0, 1);

function readSample(kind: SampleKind, fields: CallFields, index: number, settings: LandingSettings): Push {
  const { direction } = samples[kind];
  const id = direction === 'outbound' ? {} : { call_session_id: `sample-${kind}` };
  const body = writeBody({ ...id, ...fields }, direction, pageSpelling);
  const reading = readPush(Buffer.from(body), stageOf(kind), settings);
  if (isFault(reading)) throw new Error(`The sample "${kind}" is not a call: ${reading.detail}`);
  return { ...reading, id: `sample-${index}`, receivedAtMs: firstReceivedAtMs + index * 15_000 };
}

/** The path of the request is the only sign that the call ended, because the push has no other field. */
function stageOf(kind: SampleKind): Stage | undefined {
  return kind === 'minimal' ? 'call_end' : undefined;
}

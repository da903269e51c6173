import type { PushWarning } from '../domain/push.ts';
import { shownCallId } from '../domain/shown/shown-call-id.ts';
import type { Stage } from '../domain/stage.ts';
import type { PushReading } from '../intake/read-push.ts';
import { createPushId } from '../store/push-id.ts';
import type { Taken } from '../store/inbox.ts';
import type { NewPush } from '../store/pushes.ts';
import type { RefusalDependencies } from './refuse-push.ts';

/** The answer to the sender of a push that was stored or set aside in the quarantine. */
export interface StoredAnswer {
  readonly status: 'stored';
  readonly pushId: string;
  readonly callId: string;
  readonly stage: Stage;
  readonly duplicate: boolean;
  readonly warnings: readonly PushWarning[];
}

const setAsideActions = {
  call_removed: 'kept in the quarantine; the call stays removed',
  call_full: 'kept in the quarantine; the call is not changed',
} as const;

// No spread: V8 gives an object that is spread and then extended its own hidden class, which makes it slow.
export function newPush(
  reading: PushReading,
  receivedAtMs: number,
  pathStage: Stage | undefined,
  sender: string | undefined,
): NewPush {
  return {
    id: createPushId(receivedAtMs),
    callId: reading.callId,
    stage: reading.stage,
    contentHash: reading.contentHash,
    receivedAtMs,
    fields: reading.fields,
    extra: reading.extra,
    warnings: reading.warnings,
    body: reading.body,
    pathStage,
    sender,
  };
}

/** Counts and logs a push that was stored or set aside, and makes the answer to its sender. */
export function answerTaken(
  push: NewPush,
  taken: Exclude<Taken, { kind: 'refused' }>,
  { metrics, log }: RefusalDependencies,
): StoredAnswer {
  const { stage } = push;
  const callId = taken.moved?.callId ?? push.callId;
  const warnings = taken.moved === undefined ? push.warnings : [...push.warnings, taken.moved.warning];
  if (taken.kind === 'set_aside') {
    const { code, quarantineId: pushId } = taken;
    metrics.pushSetAside(stage);
    log.info(
      { pushId, callId: shownCallId(callId), stage, code },
      'A push was put into the quarantine, because its call was removed or is full',
    );
    const received = callId.slice(0, 100);
    const warning: PushWarning = { field: 'callsessionid', code, received, action: setAsideActions[code] };
    return {
      status: 'stored',
      pushId,
      callId,
      stage,
      duplicate: false,
      warnings: [...warnings, warning],
    };
  }
  const { pushId, duplicate } = taken;
  metrics.pushStored(stage, duplicate);
  const codes = metrics.pushWarned(warnings);
  log.info({ pushId, callId: shownCallId(callId), stage, duplicate, warnings: codes }, 'A push was stored');
  return { status: 'stored', pushId, callId, stage, duplicate, warnings };
}

import type { PushWarning } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import type { PushReading } from '../intake/read-push.ts';
import { createPushId } from '../store/push-id.ts';
import { pushesOfCallMax, type NewPush, type StoredPush } from '../store/pushes.ts';
import type { RefusalDependencies } from './refuse-push.ts';

/** What a sender reads of a push that was stored, or set aside in the quarantine. */
export interface StoredAnswer {
  readonly status: 'stored';
  readonly pushId: string;
  readonly callId: string;
  readonly stage: Stage;
  readonly duplicate: boolean;
  readonly warnings: readonly PushWarning[];
}

export interface AnswerDependencies extends RefusalDependencies {
  /** Called after a push was stored, to wake the worker. */
  readonly onStored: () => void;
}

const setAsideTexts = {
  call_removed: {
    detail: 'Its call was removed before it came.',
    action: 'kept in the quarantine; the call stays removed',
  },
  call_full: {
    detail: `Its call holds ${pushesOfCallMax} pushes, which is the most.`,
    action: 'kept in the quarantine; the call stays as it is',
  },
} as const;

// Without a spread: V8 gives each object that is spread and then added to a hidden class of its own.
export function newPush(reading: PushReading, receivedAtMs: number, pathStage: Stage | undefined): NewPush {
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
  };
}

/**
 * Counts and logs a push that was stored, and answers what its sender reads. A push that its call does not take is
 * kept in the quarantine: a late push does not bring back a part of a call that was removed.
 *
 * @param keep puts the push's body into the quarantine and answers its id there
 */
export async function answerStored(
  push: NewPush,
  stored: StoredPush,
  keep: (fault: { code: string; detail: string }) => Promise<string>,
  { metrics, log, onStored }: AnswerDependencies,
): Promise<StoredAnswer> {
  const { stage } = push;
  const callId = stored.moved?.callId ?? push.callId;
  const warnings = stored.moved === undefined ? push.warnings : [...push.warnings, stored.moved.warning];
  if (stored.setAside !== undefined) {
    const { detail, action } = setAsideTexts[stored.setAside];
    const code = stored.setAside;
    const pushId = await keep({ code, detail });
    metrics.pushSetAside(stage);
    log.info({ pushId, stage, code }, 'A push that its call does not take is in the quarantine');
    const warning: PushWarning = { field: 'callsessionid', code, received: callId.slice(0, 100), action };
    return {
      status: 'stored',
      pushId,
      callId,
      stage,
      duplicate: false,
      warnings: [...warnings, warning],
    };
  }
  const { pushId, duplicate } = stored;
  onStored();
  metrics.pushStored(stage, duplicate);
  log.info({ pushId, stage, duplicate, warnings: metrics.pushWarned(warnings) }, 'A push was stored');
  return { status: 'stored', pushId, callId, stage, duplicate, warnings };
}

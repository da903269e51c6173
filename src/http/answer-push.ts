import type { PushWarning } from '../domain/push.ts';
import { shownCallId } from '../domain/shown/shown-call-id.ts';
import type { Stage } from '../domain/stage.ts';
import type { RefusedPush, TakenPush } from '../store-thread/body-inbox.ts';
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

/** The answer for an item of a list that was refused and put into the quarantine. */
export interface RefusedAnswer {
  readonly status: 'refused';
  readonly code: string;
  readonly detail: string;
  readonly quarantineId: string;
}

const setAsideActions = {
  call_removed: 'kept in the quarantine; the call stays removed',
  call_full: 'kept in the quarantine; the call is not changed',
} as const;

/** Counts and logs a push that was stored or set aside, and makes the answer to its sender. */
export function answerTaken(taken: TakenPush, { metrics, log }: RefusalDependencies): StoredAnswer {
  const { callId, stage, warnings } = taken;
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

/** Counts and logs the items of a list. Returns one answer for each item, in the list's order. */
export function answerItems(
  items: readonly (TakenPush | RefusedPush)[],
  pathStage: Stage | undefined,
  dependencies: RefusalDependencies,
): (StoredAnswer | RefusedAnswer)[] {
  const { metrics, log } = dependencies;
  return items.map((item) => {
    if (item.kind !== 'refused') return answerTaken(item, dependencies);
    const { code, detail, quarantineId } = item;
    metrics.pushRefused(pathStage);
    log.warn({ quarantineId, code, detail }, 'An item of a list was refused and put into the quarantine');
    return { status: 'refused', code, detail, quarantineId };
  });
}

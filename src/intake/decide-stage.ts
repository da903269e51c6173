import type { StatusMap } from '../domain/call-status.ts';
import type { CallFields } from '../domain/jet-fields.ts';
import type { PushWarning } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import { answeredFacts, endFacts, isInboundAgainstPath, isOutbound } from './evidence.ts';

// One contradicting fact is not enough: a push can carry a single field of another stage.
const contradictingFactsMin = 2;

/**
 * Decides which stage a push reports. The request path decides, unless several facts contradict it. A fact contradicts
 * the path when it belongs to a later stage or to the other direction. A path later than the facts is accepted, because
 * fields can be missing. On the general path, which names no stage, one fact is enough.
 */
export function decideStage(
  pathStage: Stage | undefined,
  fields: CallFields,
  statusMap: StatusMap,
): { stage: Stage; warning?: PushWarning } {
  if (pathStage === undefined) return { stage: stageOf(fields, statusMap) };
  const stage = stageOnPath(pathStage, fields, statusMap);
  return stage === pathStage ? { stage } : { stage, warning: contradicted(pathStage, stage) };
}

function stageOf(fields: CallFields, statusMap: StatusMap): Stage {
  if (isOutbound(fields)) return 'call_end_outbound';
  if (endFacts(fields, statusMap) > 0) return 'call_end';
  return answeredFacts(fields) > 0 ? 'call_answered' : 'call_start';
}

function stageOnPath(pathStage: Stage, fields: CallFields, statusMap: StatusMap): Stage {
  const contradicts =
    pathStage === 'call_end_outbound'
      ? isInboundAgainstPath(fields)
      : isOutbound(fields) || countLaterFacts(pathStage, fields, statusMap) >= contradictingFactsMin;
  return contradicts ? stageOf(fields, statusMap) : pathStage;
}

/** Counts the facts that belong to a later stage than the path says. */
function countLaterFacts(pathStage: Stage, fields: CallFields, statusMap: StatusMap): number {
  if (pathStage === 'call_end') return 0;
  return endFacts(fields, statusMap) + (pathStage === 'call_start' ? answeredFacts(fields) : 0);
}

function contradicted(pathStage: Stage, stage: Stage): PushWarning {
  return {
    field: 'path',
    code: 'stage_from_fields',
    received: pathStage,
    action: `the fields belong to ${stage}, so the push was stored as ${stage}`,
  };
}

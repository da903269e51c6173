import type { StatusMap } from '../domain/call-status.ts';
import type { CallFields } from '../domain/jet-fields.ts';
import type { PushWarning } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import { answeredFacts, endFacts, isInboundAgainstPath, isOutbound } from './evidence.ts';

// One field may stand in a push to which it does not belong.
const several = 2;

/**
 * Which push a body is. The path says it unless several facts contradict it: facts that are later in a call's life,
 * or of the other direction. A path that is later than the facts stands, since fields may be missing. On the general
 * path one fact is enough.
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
      : isOutbound(fields) || factsBeyond(pathStage, fields, statusMap) >= several;
  return contradicts ? stageOf(fields, statusMap) : pathStage;
}

/** How many facts are of a later push than the path says. */
function factsBeyond(pathStage: Stage, fields: CallFields, statusMap: StatusMap): number {
  if (pathStage === 'call_end') return 0;
  return endFacts(fields, statusMap) + (pathStage === 'call_start' ? answeredFacts(fields) : 0);
}

function contradicted(pathStage: Stage, stage: Stage): PushWarning {
  return {
    field: 'path',
    code: 'stage_from_fields',
    received: pathStage,
    action: `the fields say ${stage}, so the push is taken as that`,
  };
}

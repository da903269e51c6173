import { jetFields, type FieldList } from '../domain/jet-fields.ts';
import type { PushWarning } from '../domain/push.ts';
import { stageRank, type Stage } from '../domain/stage.ts';

const listOf = new Map<string, FieldList>(jetFields.map((field) => [field.name, field.list]));

/**
 * Which push a body is. The path may say it; otherwise the fields that came with a value do: one of the
 * outbound list makes it an outbound end, an end time or a duration an end, an answering field an answered push.
 *
 * A path that the fields contradict yields to them: one that is earlier in a call's life than what came, or of
 * the other direction. A path that is later stands, since fields may be missing.
 */
export function decideStage(
  pathStage: Stage | undefined,
  present: ReadonlySet<string>,
): { stage: Stage; warning?: PushWarning } {
  const inferred = inferStage(present);
  if (pathStage === undefined || pathStage === inferred || agrees(pathStage, inferred, present)) {
    return { stage: pathStage ?? inferred };
  }
  return {
    stage: inferred,
    warning: {
      field: 'path',
      code: 'stage_from_fields',
      received: pathStage,
      action: `the fields say ${inferred}, so the push is taken as that`,
    },
  };
}

function inferStage(present: ReadonlySet<string>): Stage {
  const lists = new Set([...present].map((name) => listOf.get(name)));
  if (lists.has('outbound')) return 'call_end_outbound';
  if (lists.has('end')) return 'call_end';
  return lists.has('answered') ? 'call_answered' : 'call_start';
}

function agrees(pathStage: Stage, inferred: Stage, present: ReadonlySet<string>): boolean {
  if (pathStage === 'call_end_outbound') return !present.has('origin_number') && !present.has('phone_number');
  return stageRank(inferred) < stageRank(pathStage);
}

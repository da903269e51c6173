import { openBody } from '../../quarantine/open-body.ts';
import { replayBody, type ReplayDependencies } from '../../quarantine/replay-body.ts';
import { readQuarantine, type QuarantinedBody, type QuarantineFilter } from '../../store/quarantine.ts';
import type { IntakeSettings } from '../../intake/read-push.ts';

/** The result of a replay of several bodies, or of its preview. */
export interface ReplayReport {
  /** How many bodies have each result. */
  readonly results: ReadonlyMap<string, number>;
  /** How many bodies were stored, or would be stored. */
  readonly stored: number;
  readonly examples: readonly { readonly body: QuarantinedBody; readonly result: string }[];
  /** True if there are more bodies than one replay reads. */
  readonly hasMore: boolean;
}

/** The most bodies that one replay reads. A body has at most 256 KiB, so a replay takes seconds. */
export const bodiesMax = 500;
const pageSize = 50;
const examplesMax = 20;

/** Reads the selected bodies again, the oldest first. Writes nothing when `changesNothing` is set. */
export async function replaySeveral(
  dependencies: ReplayDependencies,
  intake: IntakeSettings,
  filter: QuarantineFilter,
): Promise<ReplayReport> {
  const results = new Map<string, number>();
  const examples: { body: QuarantinedBody; result: string }[] = [];
  let [stored, seen] = [0, 0];
  let afterId: string | undefined;
  for (;;) {
    const page = await readQuarantine(dependencies.store, { ...filter, afterId }, pageSize);
    if (page.length === 0 || seen >= bodiesMax)
      return { results, stored, examples, hasMore: page.length > 0 };
    for (const body of page) {
      const { result, isStored } = await replayBody(dependencies, body, await openBody(body, intake));
      results.set(result, (results.get(result) ?? 0) + 1);
      if (isStored) stored += 1;
      if (examples.length < examplesMax) examples.push({ body, result });
    }
    seen += page.length;
    afterId = page.at(-1)?.id;
  }
}

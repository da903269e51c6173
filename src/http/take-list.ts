import type { Stage } from '../domain/stage.ts';
import type { ListReading } from '../intake/read-body.ts';
import { isFault } from '../intake/read-push.ts';
import type { ListItem, Taken } from '../store/inbox.ts';
import { answerTaken, newPush, type StoredAnswer } from './answer-push.ts';
import { throwUnkept, type RefusalDependencies } from './refuse-push.ts';

/** What a sender reads of an item that was refused. It is in the quarantine. */
export interface RefusedAnswer {
  readonly status: 'refused';
  readonly code: string;
  readonly detail: string;
  readonly quarantineId: string;
}

/**
 * Takes a list: its pushes are stored in one transaction, and its other items go to the quarantine. Answers one entry
 * per item, in the list's order.
 *
 * @throws Problem 503; the sender sends the whole list again, and what was stored is recognised
 */
export async function takeList(
  reading: ListReading,
  receivedAtMs: number,
  pathStage: Stage | undefined,
  dependencies: RefusalDependencies,
): Promise<(StoredAnswer | RefusedAnswer)[]> {
  const items = reading.items.map((item): ListItem =>
    isFault(item)
      ? { refusal: { code: item.code, detail: item.detail }, raw: rawItem(item.text, pathStage) }
      : { push: newPush(item, receivedAtMs, pathStage), raw: rawItem(item.body, pathStage) },
  );
  const answers: (StoredAnswer | RefusedAnswer)[] = [];
  try {
    for await (const taken of dependencies.inbox.takeList(items)) {
      const push = items[answers.length]?.push;
      if (taken.kind === 'refused') answers.push(answerRefused(taken, pathStage, dependencies));
      else if (push !== undefined) answers.push(answerTaken(push, taken, dependencies));
    }
  } catch (error) {
    throwUnkept(error);
  }
  return answers;
}

/** An item as the quarantine keeps it: JSON text of its own. */
function rawItem(text: string, pathStage: Stage | undefined): ListItem['raw'] {
  return () => ({
    body: Buffer.from(text),
    pathStage,
    contentType: 'application/json',
    contentEncoding: undefined,
  });
}

function answerRefused(
  { code, detail, quarantineId }: Extract<Taken, { kind: 'refused' }>,
  pathStage: Stage | undefined,
  { metrics, log }: RefusalDependencies,
): RefusedAnswer {
  metrics.pushRefused(pathStage);
  log.warn({ quarantineId, code, detail }, 'An item of a list was refused and is in the quarantine');
  return { status: 'refused', code, detail, quarantineId };
}

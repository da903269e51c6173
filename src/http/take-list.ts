import type { Stage } from '../domain/stage.ts';
import type { ListReading } from '../intake/read-body.ts';
import { isFault } from '../intake/read-push.ts';
import type { ListItem, Taken } from '../store/inbox.ts';
import { answerTaken, newPush, type StoredAnswer } from './answer-push.ts';
import { throwUnkept, type RefusalDependencies } from './refuse-push.ts';

/** The answer for an item that was refused and put into the quarantine. */
export interface RefusedAnswer {
  readonly status: 'refused';
  readonly code: string;
  readonly detail: string;
  readonly quarantineId: string;
}

/**
 * Receives a list. Its pushes are stored in one transaction, and its other items go into the quarantine. Returns one entry
 * per item, in the list's order.
 *
 * @throws Problem 503; the sender then sends the whole list again, and stored pushes are recognised as duplicates
 */
export async function takeList(
  reading: ListReading,
  receivedAtMs: number,
  pathStage: Stage | undefined,
  sender: string | undefined,
  dependencies: RefusalDependencies,
): Promise<(StoredAnswer | RefusedAnswer)[]> {
  const items = reading.items.map((item): ListItem =>
    isFault(item)
      ? { refusal: { code: item.code, detail: item.detail }, raw: rawItem(item.text, pathStage) }
      : { push: newPush(item, receivedAtMs, pathStage, sender), raw: rawItem(item.body, pathStage) },
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

/** An item in the form that the quarantine stores: its own JSON text. */
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
  log.warn({ quarantineId, code, detail }, 'An item of a list was refused and put into the quarantine');
  return { status: 'refused', code, detail, quarantineId };
}

import type { Stage } from '../domain/stage.ts';
import type { ListReading } from '../intake/read-body.ts';
import { isFault } from '../intake/read-push.ts';
import { Overloaded } from '../store/group-commit.ts';
import type { NewPush, StoredPush } from '../store/pushes.ts';
import { answerStored, newPush, type AnswerDependencies, type StoredAnswer } from './answer-push.ts';
import { storeUnavailable } from './problem.ts';
import { keepItem } from './refuse-push.ts';

export interface ListDependencies extends AnswerDependencies {
  /** Stores the pushes of one list in one transaction; settles after its commit. */
  readonly storeList: (pushes: readonly NewPush[]) => Promise<readonly StoredPush[]>;
  /** True when an error lies in the values of a push, and would be the same next time. */
  readonly isDataError: (error: unknown) => boolean;
}

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
  { items }: ListReading,
  receivedAtMs: number,
  pathStage: Stage | undefined,
  dependencies: ListDependencies,
): Promise<(StoredAnswer | RefusedAnswer)[]> {
  const pushes = items.map((item) => (isFault(item) ? undefined : newPush(item, receivedAtMs, pathStage)));
  const stored = await storeAll(
    pushes.filter((push) => push !== undefined),
    dependencies,
  );
  const answers: (StoredAnswer | RefusedAnswer)[] = [];
  for (const [index, item] of items.entries()) {
    const push = pushes[index];
    const result = push === undefined ? undefined : stored.get(push);
    if (push !== undefined && result !== undefined) {
      const keep = (fault: Fault): Promise<string> => keepItem(push.body, pathStage, fault, dependencies);
      answers.push(await answerStored(push, result, keep, dependencies));
    } else if (isFault(item)) {
      answers.push(await refuseItem(item.text, item, pathStage, dependencies));
    } else {
      const fault = { code: 'not_storable', detail: 'The push cannot be stored.' };
      answers.push(await refuseItem(item.body, fault, pathStage, dependencies));
    }
  }
  return answers;
}

interface Fault {
  readonly code: string;
  readonly detail: string;
}

/** A push without an entry is one that the database refuses. The others are then stored one by one. */
async function storeAll(
  pushes: readonly NewPush[],
  { storeList, isDataError, log }: ListDependencies,
): Promise<Map<NewPush, StoredPush>> {
  const stored = new Map<NewPush, StoredPush>();
  const store = async (group: readonly NewPush[]): Promise<void> => {
    const results = await storeList(group);
    group.forEach((push, index) => stored.set(push, results[index] as StoredPush));
  };
  const unlessData = (error: unknown): void => {
    if (error instanceof Overloaded || !isDataError(error)) throw storeUnavailable(error);
    log.error({ error }, 'A push of a list could not be stored and goes to the quarantine');
  };
  try {
    await store(pushes);
  } catch (error) {
    unlessData(error);
    if (pushes.length > 1) for (const push of pushes) await store([push]).catch(unlessData);
  }
  return stored;
}

async function refuseItem(
  text: string,
  { code, detail }: Fault,
  pathStage: Stage | undefined,
  dependencies: ListDependencies,
): Promise<RefusedAnswer> {
  const quarantineId = await keepItem(text, pathStage, { code, detail }, dependencies);
  dependencies.metrics.pushRefused(pathStage);
  dependencies.log.warn(
    { quarantineId, code, detail },
    'An item of a list was refused and is in the quarantine',
  );
  return { status: 'refused', code, detail, quarantineId };
}

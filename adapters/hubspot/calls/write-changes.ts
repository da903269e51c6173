import { retry, skipped, type Outcome } from '#contract';
import type { BatchAnswer } from '../api/answers.ts';
import type { Change } from './known-call.ts';
import { propertyRequired } from './outcomes.ts';
import { refuseOptional, setRefused } from '../api/refused-row.ts';
import { isBatchRefused, isMissing, Refusal, rowFaultOf, type ErrorDetails } from '../api/refusal.ts';
import { missingProperties } from '../check/required-properties.ts';
import { halvesOfCalls, sendWrite, type Landing, type Run } from '../api/run.ts';

/**
 * Writes changes of calls that are there, at most a hundred.
 *
 * @param settle is given each as it was written, once HubSpot has confirmed it. What was refused, or is gone, has its
 *   outcome
 */
export async function writeChanges(
  run: Run,
  given: readonly Change[],
  settle: (change: Change) => void,
): Promise<void> {
  const changes: Change[] = [];
  for (const change of given.map((one) => withoutRefused(run, one))) {
    if (Object.keys(change.properties).length > 0) changes.push(change);
    else settle(change);
  }
  if (changes.length === 0) return;
  const rows = changes.map(({ known, properties }) => ({
    id: known.remoteId,
    key: known.delivery.idempotencyKey,
    properties,
  }));
  const landings = changes.map(({ known }) => known);
  let answer: BatchAnswer;
  try {
    answer = await sendWrite(run, landings, () => run.client.updateCalls(rows, run.signal));
  } catch (error) {
    if (isBatchRefused(error)) await writeApart(run, changes, error, settle);
    // When the call can be read, HubSpot is there, and it is this change that it cannot take.
    else if (changes.length === 1 && error instanceof Refusal && error.status >= 500)
      await lookInto(run, changes, [], settle);
    else throw error;
    return;
  }
  const confirmed = new Set(answer.records.map(({ id }) => id));
  changes.filter(({ known }) => confirmed.has(known.remoteId)).forEach(settle);
  const unconfirmed = changes.filter(({ known }) => !confirmed.has(known.remoteId));
  await lookInto(run, unconfirmed, answer.errors, settle);
}

/** A call is gone when HubSpot says so of its id. */
export function isToldGone(errors: readonly ErrorDetails[], remoteId: string): boolean {
  return errors.some((error) => isMissing(error) && error.about.includes(remoteId));
}

export function setDeleted(run: Run, { delivery }: Landing): void {
  run.outcomes.set(delivery.id, skipped(delivery.id, deletedRule));
}

const deletedRule = 'Somebody deleted the call in HubSpot; it is not made again.';

/** True of what HubSpot was asked for: it stands when the rest of a batch breaks off. */
export function isNews(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'delivered':
      return outcome.effect !== 'unchanged';
    case 'skipped':
      return outcome.rule === deletedRule;
    case 'rejected':
      return true;
    case 'retry':
      return false;
  }
}

/** Of a batch that was refused as a whole nothing was written: the call that is at fault is found by halves. */
async function writeApart(
  run: Run,
  changes: readonly Change[],
  error: Refusal,
  settle: (change: Change) => void,
): Promise<void> {
  const [only] = changes;
  if (changes.length === 1 && only !== undefined) {
    await lookInto(run, changes, [{ ...error.details, about: [only.known.remoteId] }], settle);
    return;
  }
  if (rowFaultOf(error.details) === 'forbidden') throw error;
  const others = await withoutLacking(run, changes, missingProperties(error.details));
  if (others.length < changes.length) {
    await writeChanges(run, others, settle);
    return;
  }
  const landings = new Map(changes.map((change) => [change.known, change]));
  for (const half of halvesOfCalls(run, [...landings.keys()]))
    await writeChanges(
      run,
      half.flatMap((known) => landings.get(known) ?? []),
      settle,
    );
}

/** Rejects the changes of calls that lack a required property in HubSpot too. Answers the others. One request. */
async function withoutLacking(
  run: Run,
  changes: readonly Change[],
  missing: readonly string[],
): Promise<readonly Change[]> {
  if (missing.length === 0) return changes;
  const ids = changes.map(({ known }) => known.remoteId);
  const { records } = await run.client.readCalls(ids, missing, run.signal);
  const shown = new Map(records.map(({ id, properties }) => [id, properties]));
  return changes.filter(({ known, properties }) => {
    const record = shown.get(known.remoteId);
    if (record === undefined) return true;
    const lacking = missing.filter((name) => (properties[name] ?? record[name] ?? '') === '');
    const { id } = known.delivery;
    if (lacking.length > 0) run.outcomes.set(id, propertyRequired(id, lacking));
    return lacking.length === 0;
  });
}

/** Calls that an update did not confirm: gone, refused, or to be tried again. */
async function lookInto(
  run: Run,
  changes: readonly Change[],
  errors: readonly ErrorDetails[],
  settle: (change: Change) => void,
): Promise<void> {
  const again: Change[] = [];
  const open: [Change, ErrorDetails | undefined][] = [];
  for (const change of changes) {
    const { known, properties } = change;
    const error = errors.find(
      ({ about }) => about.includes(known.remoteId) || about.includes(known.delivery.idempotencyKey),
    );
    const isAboutRow = error !== undefined && rowFaultOf(error) === 'the row';
    if (isAboutRow && refuseOptional(run, properties, error).length > 0) again.push(change);
    else open.push([change, error]);
  }
  if (open.length > 0) {
    const ids = open.map(([{ known }]) => known.remoteId);
    const { records, errors: unread } = await run.client.readCalls(ids, [], run.signal);
    const there = new Set(records.map(({ id }) => id));
    for (const [{ known }, error] of open) {
      const { id } = known.delivery;
      if (isToldGone(unread, known.remoteId)) setDeleted(run, known);
      else if (error === undefined || isMissing(error) || !there.has(known.remoteId))
        run.outcomes.set(id, retry(id, 'not_confirmed', 'HubSpot did not confirm the change of the call.'));
      else setRefused(run, known, error);
    }
  }
  if (again.length > 0) await writeChanges(run, again, settle);
}

function withoutRefused(run: Run, change: Change): Change {
  const { taken, left } = run.refusedValues.strip(change.properties);
  return { ...change, properties: taken, left: { ...change.left, ...left } };
}

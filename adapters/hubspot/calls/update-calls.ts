import { retry } from '#contract';
import { isOursToChange } from '#crm';
import { associateCalls } from './associate-calls.ts';
import { batchRowsMax } from '../client.ts';
import type { Change, Known } from './known-call.ts';
import { normalForm, printOf } from './normal-form.ts';
import { settleLanded, type Landed } from './outcomes.ts';
import { fixedProperties, outcomeProperties } from '../check/properties.ts';
import { inBatches, type Run } from '../api/run.ts';
import type { Left } from './trace.ts';
import { isToldGone, setDeleted, writeChanges } from './write-changes.ts';

/**
 * Brings calls up to date: what became of them, whenever that changed; anything else only while it is empty or as
 * the kit wrote it last. A call that somebody deleted stays deleted.
 */
export async function updateCalls(run: Run, knowns: readonly Known[]): Promise<void> {
  for (const batch of inBatches(knowns, batchRowsMax)) await updateBatch(run, batch);
}

async function updateBatch(run: Run, batch: readonly Known[]): Promise<void> {
  const done: Change[] = [];
  // What is confirmed is told at once: what follows may end with an error.
  const settle = (change: Change): void => {
    if (change.known.mayLackPeople) done.push(change);
    else settleChange(run, change, false);
  };
  const changes = changesOf(await withShown(run, batch));
  const isEmpty = ({ properties }: Change): boolean => Object.keys(properties).length === 0;
  changes.filter(isEmpty).forEach(settle);
  await writeChanges(
    run,
    changes.filter((change) => !isEmpty(change)),
    settle,
  );
  const { added, apart } = await associateCalls(
    run,
    done.map(({ known }) => known),
  );
  for (const change of done) {
    const { known } = change;
    if (run.outcomes.has(known.delivery.id)) continue;
    const landing = { ...known, ...apart.get(known.delivery.id) };
    settleChange(run, { ...change, known: landing }, added.has(known.remoteId));
  }
}

function settleChange(run: Run, { known, properties, same, left }: Change, isAssociated: boolean): void {
  const isChanged = Object.keys(properties).length > 0 || isAssociated;
  const landed: Landed = {
    remoteId: known.remoteId,
    effect: isChanged ? 'updated' : 'unchanged',
    how: isChanged ? 'updated' : 'unchanged',
    written: { ...same, ...properties },
    left,
  };
  settleLanded(run, known, landed);
}

/** What would be new since the last landing, as far as the trace tells. */
function isNews({ last, delivery }: Known, name: string, value: string): boolean {
  if (fixedProperties.has(name)) return false;
  if (last === undefined) return true;
  const written = last.written[name];
  // What was never filled need not be cleared.
  if (value === '' && written === undefined) return false;
  const print = printOf(value);
  // A replay, or a late look, tries again what was refused: somebody may have mended it.
  const isLookedAtAgain = delivery.visit === 'revisit' || delivery.visit === 'replay';
  const isKnownLeft = last.left[name]?.value === print && !isLookedAtAgain;
  return written !== print && !isKnownLeft;
}

/** Reads what calls show now, where something would change that may be people's. One request. */
async function withShown(run: Run, batch: readonly Known[]): Promise<readonly Known[]> {
  const guarded = new Map(
    batch.map((known) => [
      known.remoteId,
      Object.entries(known.properties)
        .filter(([name, value]) => !outcomeProperties.has(name) && isNews(known, name, value))
        .map(([name]) => name),
    ]),
  );
  const toRead = batch.filter(
    ({ remoteId, shown, mayLackPeople }) =>
      shown === undefined && (mayLackPeople || (guarded.get(remoteId) ?? []).length > 0),
  );
  if (toRead.length === 0) return batch;
  const ids = toRead.map(({ remoteId }) => remoteId);
  const names = [...new Set([...guarded.values()].flat())];
  const { records, errors } = await run.client.readCalls(ids, names, run.signal);
  const shownById = new Map(records.map(({ id, properties }) => [id, properties]));
  return batch.flatMap((known) => {
    if (!toRead.includes(known)) return [known];
    const shown = shownById.get(known.remoteId);
    if (shown !== undefined) return [{ ...known, shown }];
    const { id } = known.delivery;
    // An answer that says nothing of a call does not say that it is gone.
    if (isToldGone(errors, known.remoteId)) setDeleted(run, known);
    else run.outcomes.set(id, retry(id, 'not_read', 'HubSpot said nothing of the call when it was read.'));
    return [];
  });
}

function changesOf(batch: readonly Known[]): readonly Change[] {
  return batch.map((known) => {
    const properties: Record<string, string> = {};
    const same: Record<string, string> = {};
    const left: Record<string, Left[string]> = {};
    for (const [name, value] of Object.entries(known.properties)) {
      if (!isNews(known, name, value)) continue;
      const current = known.shown?.[name];
      const isRead = current !== undefined;
      if (isRead && printOf(current ?? '') === printOf(value)) same[name] = value;
      else if (outcomeProperties.has(name) || isOurs(known, name)) properties[name] = value;
      else left[name] = { why: whyLeft(known), value: printOf(value) };
    }
    return { known, properties, same, left };
  });
}

function isOurs({ shown, last, isUntouched }: Known, name: string): boolean {
  const isMadeByUs = last === undefined && isUntouched === true;
  return isMadeByUs || isOursToChange(normalForm(shown?.[name] ?? ''), last?.written[name]);
}

function whyLeft({ last }: Known): string {
  return last === undefined
    ? 'it is not known who wrote what it shows: the call was changed since it was made'
    : 'somebody changed it in HubSpot';
}

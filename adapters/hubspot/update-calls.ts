import { fingerprint, isOursToChange, retry, skipped } from '#contract';
import type { BatchAnswer } from './answers.ts';
import { associateCalls } from './associate-calls.ts';
import { batchRowsMax } from './client.ts';
import { refused, settleLanded, type Landed } from './outcomes.ts';
import { without } from './portal.ts';
import { fixedProperties, outcomeProperties, requiredProperties, type Properties } from './properties.ts';
import { isBatchRefused, isMissing, namedProperties, type ErrorDetails, type Refusal } from './refusal.ts';
import { inBatches, type Landing, type Run } from './run.ts';
import type { CallTrace } from './trace.ts';

/** A call that is in HubSpot. */
export interface Known extends Landing {
  readonly remoteId: string;
  /** What it shows now, where that was read already. */
  readonly shown?: Readonly<Record<string, string | null>> | undefined;
  /** True when it is not known whether it is associated with whom it is about. */
  readonly mayLackPeople: boolean;
}

/**
 * Brings calls up to date: what became of them, whenever that changed; anything else only while it is empty or as
 * the kit wrote it last. A call that somebody deleted stays deleted.
 */
export async function updateCalls(run: Run, knowns: readonly Known[]): Promise<void> {
  for (const batch of inBatches(knowns, batchRowsMax)) await updateBatch(run, batch);
}

interface Change {
  readonly known: Known;
  readonly properties: Properties;
  /** What it shows already as the kit would write it. */
  readonly same: Properties;
  readonly left: CallTrace['left'];
}

async function updateBatch(run: Run, batch: readonly Known[]): Promise<void> {
  const changes = changesOf(await withShown(run, batch));
  const written = await write(
    run,
    changes.filter(({ properties }) => Object.keys(properties).length > 0),
  );
  const there = changes.filter(({ known }) => !run.outcomes.has(known.delivery.id));
  const associated = await associateCalls(
    run,
    there.flatMap(({ known }) => (known.mayLackPeople ? [known] : [])),
  );
  for (const { known, same, left } of there) {
    if (run.outcomes.has(known.delivery.id)) continue;
    const properties = written.get(known.remoteId) ?? {};
    const isChanged = Object.keys(properties).length > 0 || associated.has(known.remoteId);
    const landed: Landed = {
      remoteId: known.remoteId,
      effect: isChanged ? 'updated' : 'unchanged',
      how: isChanged ? 'updated' : 'unchanged',
      written: { ...same, ...properties },
      left,
    };
    settleLanded(run, known, landed);
  }
}

/** What would be new since the last landing, as far as the trace tells. */
function isNews({ last }: Known, name: string, value: string): boolean {
  if (fixedProperties.has(name)) return false;
  const print = fingerprint(value);
  return last?.written[name] !== print && last?.left[name]?.value !== print;
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
  const { records } = await run.client.readCalls(ids, names, run.signal);
  const shownById = new Map(records.map(({ id, properties }) => [id, properties]));
  return batch.flatMap((known) => {
    if (!toRead.includes(known)) return [known];
    const shown = shownById.get(known.remoteId);
    if (shown !== undefined) return [{ ...known, shown }];
    setDeleted(run, known);
    return [];
  });
}

function changesOf(batch: readonly Known[]): readonly Change[] {
  return batch.map((known) => {
    const properties: Record<string, string> = {};
    const same: Record<string, string> = {};
    const left: Record<string, { why: string; value: string }> = {};
    for (const [name, value] of Object.entries(known.properties)) {
      if (!isNews(known, name, value)) continue;
      const current = known.shown?.[name];
      if (current === value) same[name] = value;
      else if (outcomeProperties.has(name) || isOursToChange(current, known.last?.written[name]))
        properties[name] = value;
      else left[name] = { why: 'somebody changed it in HubSpot', value: fingerprint(value) };
    }
    return { known, properties, same, left };
  });
}

/** What was written, by record id. A call that was refused, or is gone, has its outcome. */
async function write(run: Run, changes: readonly Change[]): Promise<Map<string, Properties>> {
  const written = new Map<string, Properties>();
  if (changes.length === 0) return written;
  const rows = changes.map(({ known, properties }) => ({
    id: known.remoteId,
    key: known.delivery.idempotencyKey,
    properties,
  }));
  let answer: BatchAnswer;
  try {
    answer = await run.client.updateCalls(rows, run.signal);
  } catch (error) {
    if (!isBatchRefused(error)) throw error;
    return await writeApart(run, changes, error);
  }
  const confirmed = new Set(answer.records.map(({ id }) => id));
  const unconfirmed: Change[] = [];
  for (const change of changes) {
    const { known, properties } = change;
    if (confirmed.has(known.remoteId)) written.set(known.remoteId, properties);
    else unconfirmed.push(change);
  }
  for (const [id, properties] of await lookInto(run, unconfirmed, answer.errors)) written.set(id, properties);
  return written;
}

/** Of a batch that was refused as a whole nothing was written: the call that is at fault is found by halves. */
async function writeApart(
  run: Run,
  changes: readonly Change[],
  error: Refusal,
): Promise<Map<string, Properties>> {
  const [only] = changes;
  if (only === undefined) return new Map();
  if (changes.length === 1)
    return await lookInto(run, changes, [{ ...error.details, about: [only.known.remoteId] }]);
  const half = Math.ceil(changes.length / 2);
  const first = await write(run, changes.slice(0, half));
  return new Map([...first, ...(await write(run, changes.slice(half)))]);
}

/** Calls that an update did not confirm: gone, refused, or to be tried again. */
async function lookInto(
  run: Run,
  changes: readonly Change[],
  errors: readonly ErrorDetails[],
): Promise<Map<string, Properties>> {
  if (changes.length === 0) return new Map();
  const ids = changes.map(({ known }) => known.remoteId);
  const there = new Set((await run.client.readCalls(ids, [], run.signal)).records.map(({ id }) => id));
  const again: Change[] = [];
  for (const change of changes) {
    const { known, properties } = change;
    const { id, idempotencyKey } = known.delivery;
    const error = errors.find(
      ({ about }) => about.includes(known.remoteId) || about.includes(idempotencyKey),
    );
    const named = error === undefined ? [] : namedProperties(error, Object.keys(properties));
    const optional = named.filter((name) => !requiredProperties.has(name));
    if (!there.has(known.remoteId)) setDeleted(run, known);
    else if (error === undefined || isMissing(error))
      run.outcomes.set(id, retry(id, 'not_confirmed', 'HubSpot said nothing of the call.'));
    else if (optional.length > 0) again.push(withoutRefused(change, optional));
    else run.outcomes.set(id, refused(id, error));
  }
  const left = again.filter(({ properties }) => Object.keys(properties).length > 0);
  return await write(run, left);
}

function withoutRefused(change: Change, names: readonly string[]): Change {
  const { properties, left } = change;
  const why = 'HubSpot refuses the value';
  const more = names.map((name) => [name, { why, value: fingerprint(properties[name] ?? '') }] as const);
  return {
    ...change,
    properties: without(properties, names),
    left: { ...left, ...Object.fromEntries(more) },
  };
}

function setDeleted(run: Run, { delivery }: Known): void {
  run.outcomes.set(
    delivery.id,
    skipped(delivery.id, 'Somebody deleted the call in HubSpot; it is not made again.'),
  );
}

import type { Fields } from './activity.ts';
import type { Row, RowResult } from './crm.ts';
import { findAgain, forgetNumbers } from './find-people.ts';
import {
  fingerprintOf,
  rowOf,
  withoutFields,
  withoutGone,
  withPerson,
  without,
  type Landing,
  type Run,
} from './landing.ts';
import { skipOutcome } from './outcomes.ts';
import { withoutRefused } from './refused-values.ts';
import type { Dropped } from './trace.ts';

/** A landing that needs a write. */
export interface Pending {
  readonly landing: Landing;
  readonly id: string | undefined;
  /** The fields to write. Undefined for a new activity: it is written with all fields of its landing. */
  readonly change?: Fields | undefined;
  readonly key: Row['key'];
  readonly round?: number;
}

/** A row with its final result. */
export interface Written {
  readonly landing: Landing;
  /** The fields as they were sent. */
  readonly fields: Fields;
  readonly result: Exclude<RowResult, { kind: 'dropFields' | 'split' | 'stop' }> | { readonly kind: 'empty' };
}

interface Batch {
  readonly rows: readonly Pending[];
  /** The result for rows that must wait, because the CRM refused the batch as a whole. */
  readonly later?: Extract<RowResult, { kind: 'later' }>;
}

// Each refused row costs requests. After this many, or after this time, the rest of the batch waits.
const foundMax = 10;
const halvesTakeMs = 10_000;

/**
 * Writes rows in as few requests as possible, and yields each row when its result is final. Rows with refused optional
 * fields are sent again without them. Rows that were refused together are sent in halves.
 * @throws what a request throws, or the error of a `stop`, after the other rows of the answer
 */
export async function* writeRows(
  run: Run,
  work: 'create' | 'update',
  given: readonly Pending[],
): AsyncGenerator<Written> {
  const { crm, signal } = run;
  const untilMs = crm.tools.clock() + halvesTakeMs;
  let foundCount = 0;
  const queue: Batch[] = given.length === 0 ? [] : [{ rows: given }];
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
    const rowsMax = crm.rowsMax();
    if (batch.rows.length > rowsMax) {
      queue.unshift(...inBatches(batch, rowsMax));
      continue;
    }
    if (batch.later !== undefined && (foundCount >= foundMax || crm.tools.clock() >= untilMs)) {
      for (const { landing } of batch.rows) yield { landing, fields: {}, result: batch.later };
      continue;
    }
    const ready: { pending: Pending; row: Row }[] = [];
    for (const pending of batch.rows.map((one) => withoutRefusedValues(run, one))) {
      const fields = fieldsOf(pending);
      if (work === 'update' && Object.keys(fields).length === 0)
        yield { landing: pending.landing, fields, result: { kind: 'empty' } };
      else ready.push({ pending, row: readyRow(pending, fields) });
    }
    if (ready.length === 0) continue;
    const rows = ready.map(({ row }) => row);
    const noteSent = (): void =>
      rows.forEach(({ delivery }) => work === 'create' && run.sent.add(delivery.id));
    const results = await crm[work](rows, signal).catch((error: unknown) => {
      // After a fault of the adapter it is unknown whether the request was carried out.
      if (!crm.failureOf(error).isPause) noteSent();
      throw error;
    });
    noteSent();
    const again: Pending[] = [];
    const gone: { pending: Pending; part: 'person' | 'company' }[] = [];
    const refusedTogether: Pending[] = [];
    let later: Batch['later'];
    let stop: Error | undefined;
    for (const [index, { pending, row }] of ready.entries()) {
      const result = results[index] ?? noResult;
      const { landing } = pending;
      if (result.kind === 'stop') stop ??= result.error;
      else if (result.kind === 'dropFields') again.push(await withDropped(run, pending, row, result));
      else if (result.kind === 'split' && ready.length > 1) {
        refusedTogether.push(pending);
        later = result.later;
      } else if (work === 'create' && result.kind === 'gone' && result.part !== 'activity')
        gone.push({ pending, part: result.part });
      else {
        if (batch.later !== undefined && result.kind === 'refused') foundCount += 1;
        yield { landing, fields: row.fields, result: result.kind === 'split' ? result.later : result };
      }
    }
    if (stop !== undefined) throw stop;
    if (refusedTogether.length > 0) {
      const half = Math.ceil(refusedTogether.length / 2);
      queue.unshift(...inBatches({ rows: refusedTogether, ...(later && { later }) }, half));
    }
    for (const { pending, part } of gone) again.push(...(await withoutPerson(run, pending, part)));
    if (again.length > 0) queue.unshift({ ...batch, rows: again });
  }
}

const noResult: RowResult = {
  kind: 'later',
  code: 'no_result',
  reason: 'The answer did not mention the call.',
};

function fieldsOf({ landing, change }: Pending): Fields {
  if (change !== undefined) return change;
  // A new activity has nothing to clear.
  return Object.fromEntries(Object.entries(landing.fields).filter(([, value]) => value !== ''));
}

function readyRow({ landing, id, key, round = 1 }: Pending, fields: Fields): Row {
  return rowOf(landing, { id, key, round, fields });
}

function withoutRefusedValues(run: Run, pending: Pending): Pending {
  const { crm, refusedNow: now } = run;
  const { landing, change } = pending;
  const printed = (value: Fields[string]): string => fingerprintOf(crm, value);
  const source = { known: crm.refusedValues, now, fingerprintOf: printed, name: crm.name };
  const { dropped, taken } = withoutRefused(change ?? landing.fields, source);
  if (Object.keys(dropped).length === 0) return pending;
  return { ...pending, ...(change && { change: taken }), landing: withDroppedValues(landing, dropped) };
}

function withDroppedValues(landing: Landing, dropped: Dropped): Landing {
  return {
    ...landing,
    fields: without(landing.fields, Object.keys(dropped)),
    dropped: { ...landing.dropped, ...dropped },
  };
}

async function withDropped(
  run: Run,
  pending: Pending,
  { fields }: Row,
  result: Extract<RowResult, { kind: 'dropFields' }>,
): Promise<Pending> {
  const { crm } = run;
  const landing = withoutFields(run, pending.landing, fields, result);
  if (landing.person.state !== pending.landing.person.state) await forgetNumbers(crm, [landing]);
  const owner = landing.fields[crm.fields.owner];
  const isOtherOwner = crm.fields.owner in fields && owner !== undefined;
  const change = pending.change && {
    ...without(fields, result.names),
    ...(isOtherOwner && { [crm.fields.owner]: owner }),
  };
  return { ...pending, landing, change, round: (pending.round ?? 1) + 1 };
}

/** The linked record is gone, so the number is searched once more. Returns no row when the call is now skipped. */
async function withoutPerson(run: Run, pending: Pending, part: 'person' | 'company'): Promise<Pending[]> {
  const { landing } = pending;
  const found = landing.isMatchedAgain ? undefined : await findAgain(run, landing);
  const person = found ?? withoutGone(landing.person, part);
  const skip = skipOutcome(run.crm, landing.delivery, person);
  if (skip !== undefined) run.outcomes.set(skip.id, skip);
  return skip === undefined
    ? [{ ...pending, landing: { ...withPerson(run.crm, landing, person), isMatchedAgain: true } }]
    : [];
}

function inBatches({ rows, ...rest }: Batch, size: number): Batch[] {
  const count = Math.ceil(rows.length / size);
  return Array.from({ length: count }, (_, index) => ({
    ...rest,
    rows: rows.slice(index * size, (index + 1) * size),
  }));
}

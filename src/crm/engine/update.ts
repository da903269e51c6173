import { planChange, guardedFields, type Change, type KnownActivity } from './changes.ts';
import type { ReadRow, ReadResult } from './crm.ts';
import { forgetNumbers } from './find-people.ts';
import { withoutGone, type Landing, type Run } from './landing.ts';
import { settleDeleted, settleLanded, settleRefused } from './outcomes.ts';
import { writeRows } from './write-rows.ts';

/** Reads activities where a change could overwrite people's work. Settles those that are gone. */
export async function readActivities(
  run: Run,
  activities: readonly KnownActivity[],
): Promise<readonly KnownActivity[]> {
  const { crm } = run;
  const toRead = activities.filter(
    (activity) =>
      activity.shown === undefined && (activity.mayLackPerson || guardedFields(crm, activity).length > 0),
  );
  const results = await readAll(
    run,
    toRead.map(({ landing, id }) => ({ landing, id, isThere: false })),
  );
  return activities.flatMap((activity) => {
    const result = results.get(activity.landing.delivery.id);
    if (result === undefined) return [activity];
    if (result.kind === 'shown') return [{ ...activity, shown: result, id: result.id }];
    if (result.kind === 'hidden') return [activity];
    if (result.kind === 'gone') settleDeleted(run, activity.landing);
    else settleRefused(run, activity.landing, result.kind === 'unread' ? unread(crm.name) : result);
    return [];
  });
}

/** Reads activities in batches, with all fields that any of them may change. */
export async function readAll(
  { crm, signal }: Run,
  toRead: readonly (Pick<ReadRow, 'id' | 'isThere'> & { readonly landing: Landing })[],
): Promise<ReadonlyMap<string, ReadResult>> {
  if (toRead.length === 0) return new Map();
  const { fixed, owner } = crm.fields;
  const names = toRead
    .flatMap(({ landing }) => Object.keys(landing.fields))
    .filter((name) => !fixed.has(name));
  const rows = toRead.map(({ landing: { delivery }, id, isThere }) => ({ delivery, id, isThere }));
  return await crm.read(rows, [...new Set([...names, owner])], signal);
}

export function unread(name: string) {
  const reason = `${name} did not return the call when it was read.`;
  return { kind: 'later', code: 'not_read', reason } as const;
}

/** Updates activities, and adds the links that they lack. */
export async function updateActivities(run: Run, activities: readonly KnownActivity[]): Promise<void> {
  const changes = activities.map((activity) => planChange(run.crm, activity));
  const byDelivery = new Map(changes.map((change) => [change.activity.landing.delivery.id, change]));
  const done: Change[] = [];
  // Settles each result at once, because a later request can fail.
  const settle = (change: Change): void => {
    if (change.activity.mayLackPerson) done.push(change);
    else settleChange(run, change, false);
  };
  const isEmpty = ({ fields }: Change): boolean => Object.keys(fields).length === 0;
  changes.filter(isEmpty).forEach(settle);
  const rows = changes
    .filter((change) => !isEmpty(change))
    .map(({ activity: { landing, id }, fields }) => ({
      landing,
      id,
      change: fields,
      key: 'unknown' as const,
    }));
  for await (const { landing, fields, result } of writeRows(run, 'update', rows)) {
    const change = byDelivery.get(landing.delivery.id);
    if (change === undefined) continue;
    const activity = { ...change.activity, landing };
    if (result.kind === 'empty') settle({ ...change, activity, fields: {} });
    else if (result.kind === 'saved') settle({ ...change, activity, fields: result.fields ?? fields });
    else if (result.kind === 'gone') settleDeleted(run, landing, result.rule);
    else if (result.kind === 'there') settleRefused(run, landing, unread(run.crm.name));
    else settleRefused(run, landing, result);
  }
  const linked = await linkPeople(
    run,
    done.map(({ activity }) => ({ ...activity, isNew: false })),
  );
  for (const change of done) {
    const { landing } = change.activity;
    const link = linked.get(landing.delivery.id);
    if (run.outcomes.has(landing.delivery.id)) continue;
    settleChange(
      run,
      { ...change, activity: { ...change.activity, landing: link?.landing ?? landing } },
      link?.isAdded === true,
    );
  }
}

function settleChange(run: Run, { activity, fields, same, dropped }: Change, isLinked: boolean): void {
  const effect = Object.keys(fields).length > 0 || isLinked ? 'updated' : 'unchanged';
  const { landing, id, shown } = activity;
  const written = { ...same, ...fields };
  settleLanded(run, landing, { id, effect, written, changed: fields, shown: shown?.fields, dropped });
}

// The first attempt finds that a record is gone, and the second searches again.
const attemptsMin = 2;

/**
 * Links activities to people and companies where links are missing. When the CRM refuses a person, the call waits for
 * one more attempt. Then it lands without the link.
 */
export async function linkPeople(
  run: Run,
  given: readonly { readonly landing: Landing; readonly id: string; readonly isNew: boolean }[],
): Promise<ReadonlyMap<string, { readonly landing: Landing; readonly isAdded: boolean }>> {
  const { crm, signal } = run;
  const rows = given.filter(
    ({ landing: { person } }) => person.record !== undefined || person.companyId !== undefined,
  );
  const linked = new Map<string, { landing: Landing; isAdded: boolean }>();
  if (rows.length === 0) return linked;
  const results = await crm.link(
    rows.map(({ landing: { person }, id, isNew }) => ({ id, person, isNew })),
    signal,
  );
  const refused: Landing[] = [];
  for (const [index, { landing }] of rows.entries()) {
    const result = results[index];
    const { id, attempt } = landing.delivery;
    if (result === undefined) continue;
    if (result.refused.length > 0) refused.push(landing);
    if (result.refused.length > 0 && attempt <= attemptsMin) {
      const reason = `${crm.name} did not link the activity to its person.`;
      settleRefused(run, landing, { kind: 'later', code: 'not_associated', reason });
      continue;
    }
    const person = result.refused.reduce(withoutGone, landing.person);
    linked.set(id, { landing: { ...landing, person }, isAdded: result.isAdded });
  }
  await forgetNumbers(crm, refused);
  return linked;
}

import type { KnownActivity } from './changes.ts';
import type { Row } from './crm.ts';
import type { Landing, Run } from './landing.ts';
import { settleLanded, settleRefused } from './outcomes.ts';
import { linkPeople, readAll, unread } from './update.ts';
import { writeRows } from './write-rows.ts';

/**
 * Makes activities. Reads an activity by its key when it exists or may exist.
 * @returns the activities that already existed
 */
export async function createActivities(
  run: Run,
  landings: readonly Landing[],
): Promise<readonly KnownActivity[]> {
  const there = await create(run, landings, 'unknown');
  return await lookUp(
    run,
    there.map(({ landing }) => landing),
    there,
  );
}

interface ExistingActivity {
  readonly landing: Landing;
  readonly id: string | undefined;
}

/**
 * Looks activities up by their key, and makes those that do not exist.
 * @param reported activities that exist according to a refused write, with their ids where it gave them
 * @returns the activities that exist
 */
export async function lookUp(
  run: Run,
  landings: readonly Landing[],
  reported: readonly ExistingActivity[] = [],
): Promise<readonly KnownActivity[]> {
  if (landings.length === 0) return [];
  const ids = new Map(reported.map(({ landing, id }) => [landing.delivery.id, id]));
  const results = await readAll(
    run,
    landings.map((landing) => ({ landing, id: ids.get(landing.delivery.id), isThere: reported.length > 0 })),
  );
  const existing: KnownActivity[] = [];
  const absent: Landing[] = [];
  const unsure: Landing[] = [];
  for (const landing of landings) {
    const result = results.get(landing.delivery.id) ?? { kind: 'unread' };
    switch (result.kind) {
      case 'shown':
        existing.push({ landing, id: result.id, shown: result, mayLackPerson: true });
        break;
      case 'gone':
        absent.push(landing);
        break;
      case 'unread':
        unsure.push(landing);
        break;
      case 'hidden': {
        const notes = [...landing.notes, ...(result.note === undefined ? [] : [result.note])];
        const id = ids.get(landing.delivery.id);
        settleLanded(run, { ...landing, notes }, { id, effect: 'unchanged', written: {} });
        break;
      }
      default:
        settleRefused(run, landing, result);
    }
  }
  for (const { landing } of await create(run, absent, 'free'))
    settleRefused(run, landing, unread(run.crm.name));
  // A missing answer does not prove that the activity is missing. Writing without reading could overwrite people's
  // work.
  for (const { landing } of await create(run, unsure, 'unread'))
    settleRefused(run, landing, unread(run.crm.name));
  return existing;
}

/** Settles the activities that were made. Returns those that exist or may exist. */
async function create(
  run: Run,
  landings: readonly Landing[],
  key: Row['key'],
): Promise<readonly ExistingActivity[]> {
  const there: ExistingActivity[] = [];
  const unlinked: { landing: Landing; id: string; fields: Row['fields'] }[] = [];
  const rows = landings.map((landing) => ({ landing, id: undefined, key }));
  for await (const { landing, fields, result } of writeRows(run, 'create', rows)) {
    if (result.kind === 'saved' && result.isUnlinked === true)
      unlinked.push({ landing, id: result.id, fields: result.fields ?? fields });
    else if (result.kind === 'saved')
      settleLanded(run, landing, { id: result.id, effect: 'created', written: result.fields ?? fields });
    else if (result.kind === 'there') there.push({ landing, id: result.id });
    else if (result.kind === 'later' || result.kind === 'refused') settleRefused(run, landing, result);
    else settleRefused(run, landing, unread(run.crm.name));
  }
  const linked = await linkPeople(
    run,
    unlinked.map((one) => ({ ...one, isNew: true })),
  );
  for (const { landing, id, fields } of unlinked) {
    const { id: deliveryId } = landing.delivery;
    if (run.outcomes.has(deliveryId)) continue;
    const last = linked.get(deliveryId)?.landing ?? landing;
    settleLanded(run, last, { id, effect: 'created', how: 'made by its key', written: fields });
  }
  return there;
}

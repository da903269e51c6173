import type { Known } from './changes.ts';
import type { Row } from './crm.ts';
import type { Landing, Run } from './landing.ts';
import { settleLanded, settleRefused } from './outcomes.ts';
import { linkPeople, readAll, unread } from './update.ts';
import { writeRows } from './write-rows.ts';

/**
 * Makes activities. One that is there already, or may be, is read by its key.
 *
 * @returns the activities that were there
 */
export async function createActivities(run: Run, landings: readonly Landing[]): Promise<readonly Known[]> {
  const there = await create(run, landings, 'unknown');
  return await lookUp(
    run,
    there.map(({ landing }) => landing),
    there,
  );
}

interface There {
  readonly landing: Landing;
  readonly id: string | undefined;
}

/**
 * Looks calls up by their key, and makes the activities that are not there.
 *
 * @param there a refused write said of these that they are there, and perhaps under which id
 * @returns the activities that are there
 */
export async function lookUp(
  run: Run,
  landings: readonly Landing[],
  there: readonly There[] = [],
): Promise<readonly Known[]> {
  if (landings.length === 0) return [];
  const ids = new Map(there.map(({ landing, id }) => [landing.delivery.id, id]));
  const results = await readAll(
    run,
    landings.map((landing) => ({ landing, id: ids.get(landing.delivery.id), isThere: there.length > 0 })),
  );
  const knowns: Known[] = [];
  const absent: Landing[] = [];
  const unsure: Landing[] = [];
  for (const landing of landings) {
    const result = results.get(landing.delivery.id) ?? { kind: 'unread' };
    switch (result.kind) {
      case 'shown':
        knowns.push({ landing, id: result.id, shown: result, mayLackPerson: true });
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
  // An answer that says nothing of a call does not say that it is absent: what people changed is not overwritten.
  for (const { landing } of await create(run, unsure, 'unread'))
    settleRefused(run, landing, unread(run.crm.name));
  return knowns;
}

/** Settles what was made, and returns what was not, since it is there or may be. */
async function create(run: Run, landings: readonly Landing[], key: Row['key']): Promise<readonly There[]> {
  const there: There[] = [];
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

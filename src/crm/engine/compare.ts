import type { Comparison } from '../../contract/comparison.ts';
import type { Delivery } from '../../contract/delivery.ts';
import type { Fields, FieldValue } from './activity.ts';
import { planChange } from './changes.ts';
import type { Crm } from './crm.ts';
import { findPeople } from './find-people.ts';
import { landingOf, type Run } from './landing.ts';
import { skipOutcome } from './outcomes.ts';
import { readAll } from './update.ts';

/**
 * Says what a landing of one call would change in a CRM now. It searches the person, reads the activity, and writes
 * nothing. It sends no request while few requests remain for the day.
 */
export async function compareLanding(crm: Crm, delivery: Delivery, signal: AbortSignal): Promise<Comparison> {
  if (crm.budget() !== 'free') return none(`Few requests are left for today, so ${crm.name} was not asked.`);
  const run: Run = {
    ...{ crm, signal, outcomes: new Map(), sent: new Set(), searchedAgain: new Set(), refusedNow: new Map() },
  };
  await crm.prepare([delivery], signal);
  const person = (await findPeople(run, [delivery])).get(delivery.id);
  await crm.owners.prepare([delivery.call], signal);
  if (person === undefined) return none('The person could not be looked up.');
  const skip = skipOutcome(crm, delivery, person);
  if (skip !== undefined) return none('rule' in skip ? skip.rule : 'The call would wait.');
  const landing = landingOf(run, delivery, person, []);
  const note = personNote(person.record, person.state);
  const id = delivery.remoteId;
  if (id === undefined) {
    const filled = Object.entries(landing.fields).filter(([, value]) => value !== '');
    return {
      effect: 'create',
      note,
      fields: filled.map(([field, value]) => ({ field, after: textOf(value) })),
    };
  }
  const result = (await readAll(run, [{ landing, id, isThere: false }])).get(delivery.id);
  if (result?.kind === 'gone') return none(`The activity is gone in ${crm.name}. It is not made again.`);
  if (result?.kind !== 'shown') return none(`${crm.name} did not return the activity.`);
  const activity = { landing, id, shown: result, mayLackPerson: false };
  const { fields } = planChange(crm, activity);
  return {
    effect: Object.keys(fields).length === 0 ? 'unchanged' : 'update',
    note,
    fields: Object.entries(fields).map(([field, value]) => ({
      field,
      ...beforeOf(result.fields, field),
      after: textOf(value),
    })),
  };
}

function none(note: string): Comparison {
  return { effect: 'none', note, fields: [] };
}

function personNote(
  record: { readonly object: string; readonly id: string; readonly name?: string | undefined } | undefined,
  state: string,
): string {
  if (record === undefined) return `Person: ${state}.`;
  return `Person: ${record.name ?? ''} ${record.object} ${record.id}.`.replace(':  ', ': ');
}

function beforeOf(shown: Fields, field: string): { readonly before?: string } {
  const value = shown[field];
  return value === undefined ? {} : { before: textOf(value) };
}

function textOf(value: FieldValue): string {
  return String(value ?? '');
}

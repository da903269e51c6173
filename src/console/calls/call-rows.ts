import { readKnownPeople } from '../../store/lookup/known-people.ts';
import type { ListedCall } from '../../store/lookup/list-calls.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { CallRow } from './call-columns.ts';

/** Completes listed calls with today's settings, and with the people who have their numbers. */
export async function callRowsOf(
  { store, clock, completeCall }: Pick<CallDependencies, 'store' | 'clock' | 'completeCall'>,
  listed: readonly ListedCall[],
): Promise<CallRow[]> {
  const rows = listed.map((each) => ({ listed: each, call: completeCall(each.call) }));
  const people = await readKnownPeople(
    store,
    rows.flatMap(({ call }) => call.counterpart_e164 ?? []),
    clock(),
  );
  return rows.map((row) => ({ ...row, people: people.get(row.call.counterpart_e164 ?? '') ?? [] }));
}

import { counterpartToSearch } from '#contract';
import { findPeople } from './match.ts';
import type { Landing, Run } from './run.ts';
import type { Whom } from './trace.ts';

/** Looks anew for whom a call is about, when the record that was found is gone. Undefined: nobody new was found. */
export async function matchAgain(run: Run, { delivery, whom }: Landing): Promise<{ whom: Whom } | undefined> {
  await forget(run, [delivery.call]);
  const found = (await findPeople(run, [{ ...delivery, landedTrace: undefined }])).get(delivery.id);
  if (found === undefined || 'skip' in found || found.contactId === whom.contactId) return undefined;
  return { whom: found };
}

/** Drops what the ledger holds of the counterparts of calls. */
export async function forget(
  { tools }: Run,
  calls: readonly Parameters<typeof counterpartToSearch>[0][],
): Promise<void> {
  const numbers = calls.flatMap((call) => counterpartToSearch(call, tools.ownNumbers).number ?? []);
  await tools.ledger.forget(numbers);
}

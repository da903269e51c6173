import { retry } from '#contract';
import type { PeopleType } from './people-api.ts';
import { forget } from './match-again.ts';
import type { Landing, Run } from './run.ts';

/** A call that is in HubSpot, and whom it is about. */
interface Associable extends Landing {
  readonly remoteId: string;
}

/**
 * Adds whom calls are about, by the default association, where a call is associated with nobody of that kind yet.
 *
 * @param isNew true: they are known to be associated with nobody
 * @returns the record ids of those to which somebody was added. A call whose contact is gone is to be tried again.
 */
export async function associateCalls(
  run: Run,
  calls: readonly Associable[],
  isNew = false,
): Promise<ReadonlySet<string>> {
  const added = new Set<string>();
  const add = async (to: PeopleType, idOf: (call: Associable) => string | undefined): Promise<void> => {
    const wanted = calls.filter((call) => idOf(call) !== undefined && !run.outcomes.has(call.delivery.id));
    if (wanted.length === 0) return;
    const ids = wanted.map(({ remoteId }) => remoteId);
    const { targets } = isNew
      ? { targets: new Map<string, readonly string[]>() }
      : await run.client.readAssociations(to, ids, run.signal);
    const lacking = wanted.filter(({ remoteId }) => (targets.get(remoteId) ?? []).length === 0);
    if (lacking.length === 0) return;
    const pairs = lacking.map((call) => ({ callId: call.remoteId, toId: idOf(call) ?? '' }));
    const answer = await run.client.associate(to, pairs, run.signal);
    const failed: Associable[] = [];
    for (const call of lacking) {
      if (answer.targets.get(call.remoteId)?.includes(idOf(call) ?? '') === true) added.add(call.remoteId);
      else failed.push(call);
    }
    await forget(
      run,
      failed.map(({ delivery }) => delivery.call),
    );
    for (const {
      delivery: { id },
    } of failed)
      run.outcomes.set(
        id,
        retry(id, 'not_associated', 'HubSpot did not associate the call with whom it is about.'),
      );
  };
  await add('contacts', ({ whom }) => whom.contactId);
  await add('companies', ({ whom }) => whom.companyId);
  return added;
}

import { retry } from '#contract';
import type { AssociationAnswer } from '../api/answers.ts';
import type { PeopleType } from '../api/people-api.ts';
import { forget, withoutGone, withWhom } from '../people/match-again.ts';
import { forbidden } from '../api/pause.ts';
import { isBatchRefused, rowFaultOf, withoutNumbers } from '../api/refusal.ts';
import { inHalves, type Landing, type Run } from '../api/run.ts';

/** A call that is in HubSpot, and whom it is about. */
interface Associable extends Landing {
  readonly remoteId: string;
}

export interface Associated {
  /** The record ids of those to which somebody was added. */
  readonly added: ReadonlySet<string>;
  /** Those that HubSpot puts on nobody, though whom they are about was looked for anew: by delivery, as they landed. */
  readonly apart: ReadonlyMap<string, Landing>;
}

// The first attempt finds that somebody is gone, the second looks for whom the call is about anew.
const attemptsMin = 2;

/**
 * Adds whom calls are about, by the default association, where a call is associated with nobody of that kind yet. A
 * call whose contact is gone is to be tried again, once; then it lands without.
 *
 * @param isNew true: they are known to be associated with nobody
 */
export async function associateCalls(
  run: Run,
  calls: readonly Associable[],
  isNew = false,
): Promise<Associated> {
  const added = new Set<string>();
  const apart = new Map<string, Landing>();
  const add = async (to: PeopleType, idOf: (call: Landing) => string | undefined): Promise<void> => {
    const wanted = calls.filter((call) => idOf(call) !== undefined && !run.outcomes.has(call.delivery.id));
    if (wanted.length === 0) return;
    const ids = wanted.map(({ remoteId }) => remoteId);
    const { targets } = isNew
      ? { targets: new Map<string, readonly string[]>() }
      : await run.client.readAssociations(to, ids, run.signal);
    const lacking = wanted.filter(({ remoteId }) => (targets.get(remoteId) ?? []).length === 0);
    if (lacking.length === 0) return;
    const pairs = lacking.map((call) => ({ callId: call.remoteId, toId: idOf(call) ?? '' }));
    const done = await associate(run, to, pairs);
    const failed: Associable[] = [];
    for (const call of lacking) {
      if (done.get(call.remoteId)?.includes(idOf(call) ?? '') === true) added.add(call.remoteId);
      else failed.push(call);
    }
    await forget(
      run,
      failed.map(({ delivery }) => delivery.call),
    );
    for (const call of failed) {
      const { id, attempt } = call.delivery;
      const before = apart.get(id) ?? call;
      if (attempt > attemptsMin)
        apart.set(id, withWhom(run, before, withoutGone(before.whom, { text: idOf(call) ?? '' })));
      else {
        const reason = 'HubSpot did not associate the call with whom it is about.';
        run.outcomes.set(id, retry(id, 'not_associated', reason));
      }
    }
  };
  await add('contacts', ({ whom }) => whom.contactId);
  await add('companies', ({ whom }) => whom.companyId);
  return { added, apart };
}

/**
 * What was associated. Pairs that are refused as a whole are tried by halves.
 *
 * @throws AdapterMisconfigured when the token may not associate
 */
async function associate(
  run: Run,
  to: PeopleType,
  pairs: readonly { callId: string; toId: string }[],
): Promise<AssociationAnswer['targets']> {
  try {
    const { targets, errors } = await run.client.associate(to, pairs, run.signal);
    const powerless = errors.find((one) => rowFaultOf(one) === 'forbidden');
    if (powerless !== undefined) throw forbidden(`HubSpot: ${withoutNumbers(powerless.message)}`, powerless);
    return targets;
  } catch (error) {
    if (!isBatchRefused(error)) throw error;
    if (rowFaultOf(error.details) === 'forbidden') throw forbidden(error.message, error.details, error);
    if (pairs.length === 1) return new Map();
    const done: [string, readonly string[]][] = [];
    for (const half of inHalves(pairs)) done.push(...(await associate(run, to, half)));
    return new Map(done);
  }
}

import { counterpartToSearch } from '#crm';
import { findPeople } from './match.ts';
import { takenBy } from '../api/portal.ts';
import { ownerProperty, without } from '../check/properties.ts';
import type { ErrorDetails } from '../api/refusal.ts';
import type { Landing, Run } from '../api/run.ts';
import type { Whom } from '../calls/trace.ts';

/** Looks anew for whom a call is about, when a record that was found is gone. Undefined: nobody else was found. */
export async function matchAgain(run: Run, { delivery, whom }: Landing): Promise<Whom | undefined> {
  const numbers = numbersOf(run, [delivery.call]);
  if (!numbers.every((number) => run.searchedAnew.has(number))) await run.tools.ledger.forget(numbers);
  for (const number of numbers) run.searchedAnew.add(number);
  const found = (await findPeople(run, [{ ...delivery, landedTrace: undefined }])).get(delivery.id);
  if (found === undefined) return undefined;
  const isSame = found.contactId === whom.contactId && found.companyId === whom.companyId;
  return isSame ? undefined : found;
}

/** Whom a call is about without the one who is gone: whom the error names, or else the company before the contact. */
export function withoutGone(whom: Whom, { text }: Pick<ErrorDetails, 'text'>): Whom {
  const isNamed = (id: string | undefined): boolean =>
    id !== undefined && new RegExp(`(?<!\\w)${id}(?!\\w)`).test(text);
  const { contactId, companyId } = whom;
  const isCompanyGone = companyId !== undefined && (isNamed(companyId) || !isNamed(contactId));
  const left = isCompanyGone ? { companyId: undefined } : { contactId: undefined, contactOwnerId: undefined };
  const next = { ...whom, ...left };
  // Somebody may make the contact anew.
  const isNobody = next.contactId === undefined && next.companyId === undefined;
  return { ...next, state: isNobody ? 'nobody' : 'found' };
}

/** A landing that is about somebody else now, or whose owner was refused: with the owner that follows from it. */
export function withWhom(run: Run, landing: Landing, whom: Whom = landing.whom): Landing {
  const owner = run.owners.choose(landing.delivery.call, whom.contactOwnerId);
  const rest = without(landing.properties, [ownerProperty]);
  if (owner.id === undefined) return { ...landing, whom, owner, properties: rest };
  const { taken, dropped } = takenBy(run.form, { [ownerProperty]: owner.id });
  return {
    ...landing,
    whom,
    owner,
    properties: { ...rest, ...taken },
    dropped: { ...landing.dropped, ...dropped },
  };
}

/** Drops what the ledger holds of the counterparts of calls. */
export async function forget(run: Run, calls: Parameters<typeof numbersOf>[1]): Promise<void> {
  await run.tools.ledger.forget(numbersOf(run, calls));
}

function numbersOf(
  { tools }: Run,
  calls: readonly Parameters<typeof counterpartToSearch>[0][],
): readonly string[] {
  return calls.flatMap((call) => counterpartToSearch(call, tools.ownNumbers).number ?? []);
}

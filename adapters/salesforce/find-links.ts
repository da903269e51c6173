import type { Delivery } from '#contract';
import type { Parts } from './parts.ts';
import { whyNoLead, type Link } from './people.ts';
import { readTrace } from './trace.ts';

/** Where calls belong. One that was linked before stays where it is. */
export async function findLinks(
  { people, budget, config }: Parts,
  due: readonly Delivery[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Link>> {
  const kept = new Map(
    due.flatMap((delivery) => {
      const before = delivery.remoteId === undefined ? undefined : readTrace(delivery.landedTrace);
      return before?.link ? [[delivery.id, linkedBefore(before.link, before.match)] as const] : [];
    }),
  );
  const isRevisit = ({ landedRevision, revision }: Delivery): boolean => landedRevision === revision;
  // A new revision alone is no reason to search again: the visits of a late match do.
  const isSearched = (delivery: Delivery): boolean =>
    budget.now() !== 'final writes only' &&
    (delivery.remoteId === undefined || isRevisit(delivery) || whyNoLead(delivery, config) === undefined);
  const rest = due.filter(({ id }) => !kept.has(id));
  return new Map([...kept, ...(await people.find(rest, isSearched, isRevisit, signal))]);
}

function linkedBefore(record: { object: string; id: string }, match: Link['trace']): Link {
  return { record, fields: {}, ownerId: undefined, number: undefined, state: 'found', trace: match };
}

/** Why a call is not landed where calls of nobody are skipped. */
export function skipRule({ state, trace }: Link): string {
  if (state === 'nobody') return 'Nobody in Salesforce has this number (SALESFORCE_UNMATCHED=skip).';
  if (state === 'several')
    return 'Several people have this number, and none was chosen (SALESFORCE_UNMATCHED=skip).';
  const { rule } = trace as { rule?: string };
  return `The number cannot be searched: ${rule ?? 'unreadable'} (SALESFORCE_UNMATCHED=skip).`;
}

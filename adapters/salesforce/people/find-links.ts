import { type Delivery } from '#contract';
import { isSearchedAnew } from '#crm';
import type { Parts } from '../tasks/parts.ts';
import { unmatchedRule, whyNoLead, type Link } from './people.ts';
import { readTrace } from '../tasks/trace.ts';

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
  const isRevisit = ({ visit }: Delivery): boolean => visit === 'revisit' || visit === 'replay';
  // A new revision alone is no reason to search again: the visits of a late match do.
  const isSearched = (delivery: Delivery): boolean =>
    budget.now() !== 'final writes only' &&
    (delivery.remoteId === undefined || isRevisit(delivery) || whyNoLead(delivery, config) === undefined);
  const rest = due.filter(({ id }) => !kept.has(id));
  const isAgain = (delivery: Delivery): boolean =>
    isSearched(delivery) && isSearchedAnew(delivery, unmatchedRule(config));
  return new Map([...kept, ...(await people.find(rest, isSearched, isAgain, signal))]);
}

function linkedBefore(record: { object: string; id: string }, match: Link['trace']): Link {
  return { record, fields: {}, ownerId: undefined, number: undefined, state: 'found', trace: match };
}

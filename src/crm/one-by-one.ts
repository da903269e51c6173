import type { AdapterTools } from '../contract/adapter-tools.ts';
import type { Delivery } from '../contract/delivery.ts';
import { delivered, rejected, skipped, type Outcome } from '../contract/outcome.ts';
import type { MatchCandidate } from './choose-match.ts';
import { counterpartToSearch } from './counterpart.ts';
import { lateMatchAfterMs } from './late-match.ts';
import { matchPeople, matchValidForMs, missValidForMs, type PersonMatch } from './match-people.ts';
import type { NumberForms } from './number-forms.ts';

/** The result of writing one record. */
export type RecordResult =
  | { readonly kind: 'saved'; readonly id: string }
  /** Somebody deleted the record. */
  | { readonly kind: 'gone' }
  /** `reason`: the end of a sentence that begins with the refusal, such as "it answered 422." */
  | { readonly kind: 'refused'; readonly reason: string };

/** A CRM that takes one record per request. */
export interface RecordCrm {
  /** The name for messages: `Pipedrive`. */
  readonly name: string;
  readonly searchedAtOnceMax: number;
  /** Everybody who may have one of these numbers, at most `searchedAtOnceMax` numbers at once. */
  search(
    numbers: readonly NumberForms[],
    signal: AbortSignal,
  ): Promise<{
    readonly people: readonly Omit<MatchCandidate, 'object'>[];
    /** True when more people may exist than were returned. */
    readonly isCut: boolean;
  }>;
  /** The ids of the records that exist, by idempotency key. Called after an attempt whose answer was lost. */
  find(deliveries: readonly Delivery[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Creates a record, or updates the one with this id. */
  write(
    delivery: Delivery,
    known: { readonly id: string | undefined; readonly personId: string | undefined },
    signal: AbortSignal,
  ): Promise<RecordResult>;
}

const person = 'Person';

/**
 * Lands a batch: finds the people, finds the records of earlier attempts, then writes one record after the other. For
 * CRMs that write many records per request, and for work that people may have changed, use `landBatch`.
 */
export async function landOneByOne(
  crm: RecordCrm,
  tools: AdapterTools,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  if (batch.length === 0) return [];
  const people = await findPeople(crm, tools, batch, signal);
  const unsure = batch.filter(({ remoteId, attempt }) => remoteId === undefined && attempt > 1);
  const found = unsure.length === 0 ? new Map<string, string>() : await crm.find(unsure, signal);
  const outcomes: Outcome[] = [];
  for (const delivery of batch) {
    const id = delivery.remoteId ?? found.get(delivery.idempotencyKey);
    const match = people.get(delivery.id);
    const result = await crm.write(delivery, { id, personId: match?.person?.id }, signal);
    outcomes.push(outcomeOf(crm, tools, { delivery, isCreated: id === undefined, match }, result));
  }
  return outcomes;
}

function outcomeOf(
  { name }: RecordCrm,
  { clock }: AdapterTools,
  landing: {
    readonly delivery: Delivery;
    readonly isCreated: boolean;
    readonly match: PersonMatch | undefined;
  },
  result: RecordResult,
): Outcome {
  const { delivery, isCreated, match } = landing;
  if (result.kind === 'gone')
    return skipped(delivery.id, `Somebody deleted the record in ${name}; it is not made again.`);
  if (result.kind === 'refused')
    return rejected(
      delivery.id,
      'record_refused',
      `${name} refuses the record: ${result.reason}`,
      `Compare mapping.ts with the fields that ${name} takes, then: npm run replay -- --state rejected`,
    );
  return delivered(delivery.id, {
    remoteId: result.id,
    effect: isCreated ? 'created' : 'updated',
    trace: match?.trace,
    revisitAfterMs: match?.rule === 'no_hit' ? lateMatchAfterMs(delivery.call, clock()) : undefined,
  });
}

/** The person behind each call, by the id of its delivery. A call without a searchable number has none. */
async function findPeople(
  crm: RecordCrm,
  { ledger, ownNumbers, ...tools }: AdapterTools,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PersonMatch>> {
  const numbers = new Map(
    batch.flatMap(({ id, call }) => {
      const { number } = counterpartToSearch(call, ownNumbers);
      return number === undefined ? [] : [[id, number] as const];
    }),
  );
  const again = batch.filter(({ visit }) => visit === 'revisit' || visit === 'replay');
  const matches = await matchPeople(
    [...numbers.values()],
    {
      ledger,
      rules: { objects: [person], policy: 'latest' },
      readNumber: (text) => tools.readNumber(text),
      searchSize: () => crm.searchedAtOnceMax,
      search: async (forms) => {
        const { people, isCut } = await crm.search(forms, signal);
        return { candidates: people.map((one) => ({ ...one, object: person })), isCut };
      },
      matchValidForMs,
      missValidForMs,
    },
    new Set(again.flatMap(({ id }) => numbers.get(id) ?? [])),
  );
  return new Map(
    [...numbers].flatMap(([id, number]) => {
      const match = matches.get(number);
      return match === undefined ? [] : [[id, match] as const];
    }),
  );
}

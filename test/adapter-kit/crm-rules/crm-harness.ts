import type { Adapter } from '../../../src/contract/adapter.ts';
import type { Delivery } from '../../../src/contract/delivery.ts';
import type { Delivered, Outcome } from '../../../src/contract/outcome.ts';
import type { Call } from '../../../src/domain/call.ts';
import { revised } from '../kit-deliveries.ts';

/** An activity as the CRM shows it. */
export interface ShownActivity {
  readonly id: string;
  readonly title: string;
  readonly result: string | undefined;
  readonly durationSeconds: number | undefined;
  /** The contact or lead that the activity is linked to. */
  readonly personId: string | undefined;
  /** The user who owns the activity. Undefined: the adapter named no owner. */
  readonly ownerId: string | undefined;
  readonly isOpen: boolean;
}

/** A stand-in CRM, and the adapter that writes to it. */
export interface CrmUnderTest {
  adapter(): Adapter;
  /** Makes a new adapter with the same ledger, as after a crash. */
  restart(): Promise<void>;
  pass(ms: number): void;
  deliver(batch: readonly Delivery[]): Promise<ReadonlyMap<string, Outcome>>;
  activities(): readonly ShownActivity[];
  /** Work of a person in the CRM. */
  readonly person: {
    addContact(given: { readonly phone?: string; readonly ownerId?: string | undefined }): string;
    removeContact(id: string): void;
    edit(activityId: string, change: { title?: string; result?: string; ownerId?: string }): void;
    link(activityId: string, contactId: string): void;
    remove(activityId: string): void;
  };
  /** Ids of the users, by email. */
  readonly users: ReadonlyMap<string, string>;
  /** The number of people that the adapter made. */
  made(): number;
  searches(): number;
  /** Lets the CRM carry out the next create but lose its answer. */
  loseReply(): void;
}

/** The facts about a CRM that the rules need. */
export interface CrmHarness {
  readonly title: string;
  /** The prefix of its settings. */
  readonly prefix: string;
  /** A call result that people can choose. */
  readonly anotherResult: string;
  /** Opens a stand-in, which is closed when the test ends. @param settings without their prefix, such as `LOG` */
  readonly open: (settings?: Readonly<Record<string, string>>) => Promise<CrmUnderTest>;
  /** An ended, answered call from this number, shortly before it lands. */
  readonly call: (number: string, id: string, given?: CallChange) => Delivery;
}

/** Changes to the fields of a call. Undefined removes a field. */
export type CallChange = { readonly [Name in keyof Call]?: Call[Name] | undefined };

export const users = ['sam@example.com', 'kim@example.com'];

export const atStart: CallChange = {
  stage: 'call_start',
  status: 'in_progress',
  dial_status: undefined,
  duration_seconds: undefined,
  ended_at: undefined,
  ended_at_local: undefined,
};

/** Delivers one call, and fails unless it landed. */
export async function land(crm: CrmUnderTest, delivery: Delivery): Promise<Delivered> {
  const outcome = (await crm.deliver([delivery])).get(delivery.id);
  if (outcome?.kind !== 'delivered') throw new Error(`It did not land: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The next delivery of a call that has changed since it landed. */
export function changed(delivery: Delivery, landed: Delivered, call: CallChange): Delivery {
  return revised(delivery, landed, call as Partial<Call>);
}

/** The next delivery of an unchanged call, as at a revisit. */
export function unchanged(delivery: Delivery, { remoteId, trace }: Delivered): Delivery {
  const landed = { remoteId, landedRevision: delivery.revision, landedTrace: trace };
  return { ...delivery, ...landed, visit: 'revisit' };
}

export function only(crm: CrmUnderTest): ShownActivity {
  const [one, ...more] = crm.activities();
  if (one === undefined || more.length > 0)
    throw new Error(`There are ${crm.activities().length} activities`);
  return one;
}

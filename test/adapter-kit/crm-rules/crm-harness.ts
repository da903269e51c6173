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
  /** The contact or lead that it is linked to. */
  readonly personId: string | undefined;
  /** The user who owns it; undefined: nobody that the adapter named. */
  readonly ownerId: string | undefined;
  readonly isOpen: boolean;
}

/** A stand-in CRM with the adapter at work on it. */
export interface CrmUnderTest {
  adapter(): Adapter;
  /** As after a crash: a new adapter, with what the core keeps. */
  restart(): Promise<void>;
  pass(ms: number): void;
  deliver(batch: readonly Delivery[]): Promise<ReadonlyMap<string, Outcome>>;
  activities(): readonly ShownActivity[];
  /** As a person works in the CRM. */
  readonly person: {
    addContact(given: { readonly phone?: string; readonly ownerId?: string | undefined }): string;
    removeContact(id: string): void;
    edit(activityId: string, change: { title?: string; result?: string; ownerId?: string }): void;
    link(activityId: string, contactId: string): void;
    remove(activityId: string): void;
  };
  /** Ids of the users, by email. */
  readonly users: ReadonlyMap<string, string>;
  /** How many people the adapter made. */
  made(): number;
  searches(): number;
  /** The next create is carried out, and its answer is lost. */
  loseReply(): void;
}

/** What the rules need to know of a CRM. */
export interface CrmHarness {
  readonly title: string;
  /** How its settings begin. */
  readonly prefix: string;
  /** A call result that people can choose. */
  readonly anotherResult: string;
  /** The stand-in is closed when the test ends. @param settings without their prefix, such as `LOG` */
  readonly open: (settings?: Readonly<Record<string, string>>) => Promise<CrmUnderTest>;
  /** An ended, answered call of this number, which came shortly before it lands. */
  readonly call: (number: string, id: string, given?: CallChange) => Delivery;
}

/** Fields of a call; undefined takes one away. */
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

/** Delivers one call, and expects that it landed. */
export async function land(crm: CrmUnderTest, delivery: Delivery): Promise<Delivered> {
  const outcome = (await crm.deliver([delivery])).get(delivery.id);
  if (outcome?.kind !== 'delivered') throw new Error(`It did not land: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The call has changed since it landed. */
export function changed(delivery: Delivery, landed: Delivered, call: CallChange): Delivery {
  return revised(delivery, landed, call as Partial<Call>);
}

/** The same call, looked at again. */
export function lateLook(delivery: Delivery, { remoteId, trace }: Delivered): Delivery {
  const landed = { remoteId, landedRevision: delivery.revision, landedTrace: trace };
  return { ...delivery, ...landed, visit: 'revisit' };
}

/** The only activity. */
export function only(crm: CrmUnderTest): ShownActivity {
  const [one, ...more] = crm.activities();
  if (one === undefined || more.length > 0)
    throw new Error(`There are ${crm.activities().length} activities`);
  return one;
}

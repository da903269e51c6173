import { z, type JsonValue } from '#contract';
import { type PersonState } from '#crm';
import { printOf } from './normal-form.ts';
import type { Properties } from '../check/properties.ts';

/** Whom a call was found to be about. */
export interface Whom {
  readonly contactId: string | undefined;
  readonly companyId: string | undefined;
  /** Who looks after the contact. */
  readonly contactOwnerId: string | undefined;
  readonly state: PersonState;
  /** How it was found, for the operator. It holds whole numbers. */
  readonly story: JsonValue;
}

/** What was not written, and why; with the fingerprint of the value that it is about. */
export type Left = Readonly<Record<string, { readonly why: string; readonly value: string }>>;

/** What is kept of a landing, for the operator and for the next landing of the call. */
export interface CallTrace {
  /** `created`, `found by its key`, `updated`, `unchanged`. */
  readonly how: string;
  readonly whom: Whom;
  readonly owner: string;
  /** The fingerprint of what the kit wrote last, by property. */
  readonly written: Readonly<Record<string, string>>;
  readonly left: Left;
}

const shape = z.object({
  whom: z.object({
    contactId: z.string().optional(),
    companyId: z.string().optional(),
    contactOwnerId: z.string().optional(),
    state: z.enum(['found', 'nobody', 'several', 'unsearchable']),
    story: z.json(),
  }),
  written: z.record(z.string(), z.string()),
  left: z.record(z.string(), z.object({ why: z.string(), value: z.string() })).default({}),
});

/** What is known of the last landing; undefined when nothing can be read of it. */
export type LastLanding = z.output<typeof shape>;

export function readTrace(trace: JsonValue | undefined): LastLanding | undefined {
  return shape.safeParse(trace).data;
}

export function asJson({ how, whom, owner, written, left }: CallTrace): JsonValue {
  const { contactId, companyId, contactOwnerId, state, story } = whom;
  return {
    how,
    whom: {
      ...(contactId !== undefined && { contactId }),
      ...(companyId !== undefined && { companyId }),
      ...(contactOwnerId !== undefined && { contactOwnerId }),
      state,
      story,
    },
    owner,
    written: { ...written },
    left: Object.fromEntries(Object.entries(left).map(([name, { why, value }]) => [name, { why, value }])),
  };
}

export function fingerprints(properties: Properties): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, printOf(value)]));
}

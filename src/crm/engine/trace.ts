import { z } from 'zod';
import type { JsonValue } from '../../domain/jet-fields.ts';
import type { PersonMatch } from '../match-people.ts';
import type { Person } from './activity.ts';
import type { OwnerChoice } from './owners.ts';

/**
 * Fields that were not written, each with the reason. `value` is the fingerprint of a value that must not be tried
 * again.
 */
export type Dropped = Readonly<Record<string, { readonly why: string; readonly value: string }>>;

/** The record of a landing, for the operator and for the call's next landing. */
export interface Trace {
  /** `created`, `made by its key`, `updated`, `unchanged`. */
  readonly how: string;
  readonly person: Person;
  readonly owner: OwnerChoice;
  /** The fingerprint of the last written value, by field. */
  readonly written: Readonly<Record<string, string>>;
  readonly dropped: Dropped;
  /** The last write of each field: its text before, where it is known, and after. Long texts are cut. */
  readonly fields: WrittenFields;
  /** The address of the activity in the CRM's pages. */
  readonly link: string | undefined;
  readonly notes: readonly string[];
}

export type WrittenFields = Readonly<
  Record<string, { readonly before?: string | undefined; readonly after: string }>
>;

const shape = z.object({
  person: z.object({
    state: z.enum(['found', 'nobody', 'several', 'unsearchable', 'not searched']),
    record: z
      .object({
        object: z.string(),
        id: z.string(),
        ownerId: z.string().optional(),
        name: z.string().optional(),
        link: z.string().optional(),
      })
      .optional(),
    companyId: z.string().optional(),
    number: z.string().optional(),
    match: z.json(),
  }),
  owner: z.object({
    rule: z.string(),
    id: z.string().optional(),
    place: z.string().optional(),
    why: z.string().optional(),
  }),
  written: z.record(z.string(), z.string()),
  dropped: z.record(z.string(), z.object({ why: z.string(), value: z.string() })).default({}),
  fields: z.record(z.string(), z.object({ before: z.string().optional(), after: z.string() })).default({}),
});

/** The readable part of the last landing's trace. */
export type LastLanding = z.output<typeof shape>;

/** Undefined when there is no trace, or not one of this engine. */
export function readTrace(trace: JsonValue | undefined): LastLanding | undefined {
  return shape.safeParse(trace).data;
}

export function asJson({ how, person, owner, written, dropped, fields, link, notes }: Trace): JsonValue {
  return definedOnly({
    how,
    person: definedOnly({ ...person, record: person.record && definedOnly({ ...person.record }) }),
    owner: definedOnly({ ...owner }),
    written: { ...written },
    fields: Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, definedOnly(values)])),
    link,
    dropped: Object.fromEntries(
      Object.entries(dropped).map(([name, { why, value }]) => [name, { why, value }]),
    ),
    notes: notes.length === 0 ? undefined : [...notes],
  });
}

function definedOnly(given: Readonly<Record<string, JsonValue | undefined>>): Record<string, JsonValue> {
  const entries = Object.entries(given).filter(
    (entry): entry is [string, JsonValue] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

const candidatesShownMax = 20;

/** Shortens a match with many candidates. The chosen one stays. */
export function shortMatch(trace: PersonMatch['trace']): JsonValue {
  if (!('candidates' in trace) || trace.candidates.length <= candidatesShownMax) return trace;
  const chosenFirst = [...trace.candidates].sort((a, b) => Number(b.kept) - Number(a.kept));
  const candidates = chosenFirst.slice(0, candidatesShownMax);
  return { ...trace, candidates, candidatesNotShown: trace.candidates.length - candidates.length };
}

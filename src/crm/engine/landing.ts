import type { Delivery } from '../../contract/delivery.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Fields, FieldValue, Person } from './activity.ts';
import type { Crm, Row, RowResult } from './crm.ts';
import type { OwnerChoice } from './owners.ts';
import type { RefusedNow } from './refused-values.ts';
import { readTrace, type Dropped, type LastLanding } from './trace.ts';

/** One batch on its way. */
export interface Run {
  readonly crm: Crm;
  readonly signal: AbortSignal;
  /** Filled as results come, so that what landed counts when a later request fails. */
  readonly outcomes: Map<string, Outcome>;
  /** Deliveries whose activity may have been made in this batch. */
  readonly sent: Set<string>;
  /** Numbers that were searched again since their person was gone: once is enough. */
  readonly searchedAgain: Set<string>;
  readonly refusedNow: RefusedNow;
}

/** A delivery with what its activity must show, and why. */
export interface Landing {
  readonly delivery: Delivery;
  readonly last: LastLanding | undefined;
  readonly person: Person;
  readonly owner: OwnerChoice;
  /** All of it: key, owner and links too. */
  readonly fields: Fields;
  readonly dropped: Dropped;
  readonly notes: readonly string[];
  /** The person was looked for again already, since the first one was gone. */
  readonly isMatchedAgain: boolean;
}

/** True when nothing changed since the landing: a late look, or a replay. */
export function isLateLook({ visit }: Delivery): boolean {
  return visit === 'revisit' || visit === 'replay';
}

export function landingOf(
  { crm }: Run,
  delivery: Delivery,
  person: Person,
  notes: readonly string[],
): Landing {
  const fields = crm.mapCall(delivery);
  const last = readTrace(delivery.landedTrace);
  const none = { owner: { rule: '' }, dropped: {}, isMatchedAgain: false };
  return withPerson(crm, { ...none, delivery, last, person, fields, notes }, person);
}

/** A landing that is about this person, with the owner that follows from it. */
export function withPerson(crm: Crm, landing: Landing, person: Person): Landing {
  const owner = crm.owners.choose(landing.delivery.call, person.record?.ownerId);
  const linksBefore = Object.keys(crm.linkFields(landing.person));
  const fields: Record<string, FieldValue> = {
    ...without(landing.fields, [crm.fields.owner, ...linksBefore]),
    ...crm.linkFields(person),
    ...(owner.id !== undefined && { [crm.fields.owner]: owner.id }),
  };
  const dropped: Record<string, Dropped[string]> = { ...landing.dropped };
  for (const name of Object.keys(fields)) {
    const why = crm.whyNotTaken(name);
    // Without a fingerprint: the field is filled once the CRM takes it.
    if (why !== undefined) dropped[name] ??= { why, value: '' };
  }
  return { ...landing, person, owner, dropped, fields: without(fields, Object.keys(dropped)) };
}

type DropFields = Extract<RowResult, { kind: 'dropFields' }>;

/** A landing without fields that the CRM refused. A refused owner gives way to the next one. */
export function withoutFields(run: Run, landing: Landing, sent: Fields, result: DropFields): Landing {
  const { crm, refusedNow } = run;
  const { names, why, isRemembered = false, isOwnerRefused = false } = result;
  const dropped: Record<string, Dropped[string]> = { ...landing.dropped };
  for (const name of names) {
    const print = printOf(crm, sent[name]);
    dropped[name] = { why, value: isRemembered ? print : '' };
    if (!isRemembered) continue;
    crm.refusedValues.add(name, print);
    refusedNow.set(name, (refusedNow.get(name) ?? new Set()).add(print));
  }
  const ownerField = crm.fields.owner;
  const before = sent[ownerField];
  if (isOwnerRefused && typeof before === 'string') crm.owners.refuse(before);
  const isUnlinked = Object.keys(crm.linkFields(landing.person)).some((name) => names.includes(name));
  const person = isUnlinked ? nobodyAgain(landing.person) : landing.person;
  const next = crm.owners.choose(landing.delivery.call, person.record?.ownerId);
  const isReplaced = isOwnerRefused && next.id !== undefined && next.id !== before;
  if (!isReplaced) return withPerson(crm, { ...landing, dropped }, person);
  const others = Object.fromEntries(Object.entries(dropped).filter(([name]) => name !== ownerField));
  const notes = [...landing.notes, `the owner that comes first was refused (${why})`];
  return withPerson(crm, { ...landing, dropped: others, notes }, person);
}

/** A person whose record or company is gone. Somebody may make it again. */
export function withoutGone(person: Person, part: 'person' | 'company'): Person {
  const rest = part === 'company' ? { companyId: undefined } : { record: undefined };
  const next = { ...person, ...rest };
  return next.record === undefined && next.companyId === undefined ? nobodyAgain(next) : next;
}

function nobodyAgain(person: Person): Person {
  return { ...person, record: undefined, companyId: undefined, state: 'nobody' };
}

export function rowOf({ delivery, person }: Landing, rest: Omit<Row, 'delivery' | 'person'>): Row {
  return { delivery, person, ...rest };
}

export function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** Stands for a value in a trace: the same for the value as the CRM shows it. */
export function printOf(crm: Crm, value: FieldValue | undefined): string {
  return fingerprint(crm.normal(value));
}

import type { Delivery } from '../../contract/delivery.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Fields, FieldValue, Person } from './activity.ts';
import type { Crm, Row, RowResult } from './crm.ts';
import type { OwnerChoice } from './owners.ts';
import type { RefusedNow } from './refused-values.ts';
import { readTrace, type Dropped, type LastLanding } from './trace.ts';

/** The state of one batch. */
export interface Run {
  readonly crm: Crm;
  readonly signal: AbortSignal;
  /** Filled as results arrive, so that landings count when a later request fails. */
  readonly outcomes: Map<string, Outcome>;
  /** Deliveries whose activity this batch may have made. */
  readonly sent: Set<string>;
  /** Numbers that were searched again because their person was gone. Each is searched again only once. */
  readonly searchedAgain: Set<string>;
  readonly refusedNow: RefusedNow;
}

/** A delivery with the values that its activity must show, and the reasons. */
export interface Landing {
  readonly delivery: Delivery;
  readonly last: LastLanding | undefined;
  readonly person: Person;
  readonly owner: OwnerChoice;
  /** All fields, including key, owner and links. */
  readonly fields: Fields;
  readonly dropped: Dropped;
  readonly notes: readonly string[];
  /** True when the person was already searched again, because the first one was gone. */
  readonly isMatchedAgain: boolean;
}

/** True for a revisit or a replay: the call has not changed since it landed. */
export function isRevisitOrReplay({ visit }: Delivery): boolean {
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

/** Links a landing to this person and chooses the owner again. */
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
    // Without its fingerprint, the field is filled as soon as the CRM accepts it.
    if (why !== undefined) dropped[name] ??= { why, value: '' };
  }
  return { ...landing, person, owner, dropped, fields: without(fields, Object.keys(dropped)) };
}

type DropFields = Extract<RowResult, { kind: 'dropFields' }>;

/** Removes the fields that the CRM refused. A refused owner is replaced by the next choice. */
export function withoutFields(run: Run, landing: Landing, sent: Fields, result: DropFields): Landing {
  const { crm, refusedNow } = run;
  const { names, why, isRemembered = false, isOwnerRefused = false } = result;
  const dropped: Record<string, Dropped[string]> = { ...landing.dropped };
  for (const name of names) {
    const print = fingerprintOf(crm, sent[name]);
    dropped[name] = { why, value: isRemembered ? print : '' };
    if (!isRemembered) continue;
    crm.refusedValues.add(name, print);
    refusedNow.set(name, (refusedNow.get(name) ?? new Set()).add(print));
  }
  const ownerField = crm.fields.owner;
  const before = sent[ownerField];
  if (isOwnerRefused && typeof before === 'string') crm.owners.refuse(before);
  const isUnlinked = Object.keys(crm.linkFields(landing.person)).some((name) => names.includes(name));
  const person = isUnlinked ? asUnmatched(landing.person) : landing.person;
  const next = crm.owners.choose(landing.delivery.call, person.record?.ownerId);
  const isReplaced = isOwnerRefused && next.id !== undefined && next.id !== before;
  if (!isReplaced) return withPerson(crm, { ...landing, dropped }, person);
  const others = Object.fromEntries(Object.entries(dropped).filter(([name]) => name !== ownerField));
  const notes = [...landing.notes, `the first choice of owner was refused (${why})`];
  return withPerson(crm, { ...landing, dropped: others, notes }, person);
}

/** A person without the record or company that is gone. Somebody may create it again. */
export function withoutGone(person: Person, part: 'person' | 'company'): Person {
  const rest = part === 'company' ? { companyId: undefined } : { record: undefined };
  const next = { ...person, ...rest };
  return next.record === undefined && next.companyId === undefined ? asUnmatched(next) : next;
}

function asUnmatched(person: Person): Person {
  return { ...person, record: undefined, companyId: undefined, state: 'nobody' };
}

export function rowOf({ delivery, person }: Landing, rest: Omit<Row, 'delivery' | 'person'>): Row {
  return { delivery, person, ...rest };
}

export function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** The fingerprint of a value for a trace. It is the same after the CRM has stored the value. */
export function fingerprintOf(crm: Crm, value: FieldValue | undefined): string {
  return fingerprint(crm.normal(value));
}

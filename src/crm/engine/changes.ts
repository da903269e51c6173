import { isOursToChange } from '../fingerprint.ts';
import type { Fields, FieldValue } from './activity.ts';
import type { Crm, ReadResult } from './crm.ts';
import { isRevisitOrReplay, fingerprintOf, type Landing } from './landing.ts';
import type { Dropped } from './trace.ts';

/** An activity that exists in the CRM. */
export interface KnownActivity {
  readonly landing: Landing;
  readonly id: string;
  /** What the CRM shows now, where it was read. */
  readonly shown?: Extract<ReadResult, { kind: 'shown' }> | undefined;
  /** True when the link to its person may be missing. */
  readonly mayLackPerson: boolean;
}

/** An existing activity with its necessary changes. */
export interface Change {
  readonly activity: KnownActivity;
  readonly fields: Fields;
  /** Fields that already show our value. */
  readonly same: Fields;
  readonly dropped: Dropped;
}

/** Changed fields that people may have edited. Their values must be read first. */
export function guardedFields(crm: Crm, { landing }: Pick<KnownActivity, 'landing'>): string[] {
  return Object.entries(landing.fields)
    .filter(([name, value]) => !crm.fields.outcome.has(name) && isChanged(crm, landing, name, value))
    .map(([name]) => name);
}

/**
 * The changes that an activity needs. The outcome of the call is written whenever it changes. Other fields are written
 * only while they are empty or hold what the kit wrote last. Links are added only where there are none.
 */
export function planChange(crm: Crm, activity: KnownActivity): Change {
  const { landing, shown } = activity;
  const fields: Record<string, FieldValue> = {};
  const same: Record<string, FieldValue> = {};
  const dropped: Record<string, Dropped[string]> = {};
  const links = crm.linkFields(landing.person);
  for (const [name, value] of Object.entries(landing.fields)) {
    if (!isChanged(crm, landing, name, value)) continue;
    const current = shown?.fields[name];
    const isShown = shown !== undefined && current !== undefined;
    if (isShown && fingerprintOf(crm, current) === fingerprintOf(crm, value)) same[name] = value;
    else if (crm.fields.outcome.has(name)) fields[name] = value;
    else if (shown === undefined) continue;
    else if (name in links) {
      if (shown.isLinked !== true) fields[name] = value;
    } else if (isOurs(crm, activity, name, current)) fields[name] = value;
    else dropped[name] = { why: whyDropped(crm, landing), value: fingerprintOf(crm, value) };
  }
  return { activity, fields, same, dropped };
}

/** True when a value differs from the value in the trace of the last landing. */
function isChanged(crm: Crm, { last, delivery }: Landing, name: string, value: FieldValue): boolean {
  if (crm.fields.fixed.has(name)) return false;
  if (last === undefined) return true;
  const written = last.written[name];
  // A field that was never filled need not be cleared.
  if (value === '' && written === undefined) return false;
  const print = fingerprintOf(crm, value);
  // A replay or revisit tries refused values again: somebody may have changed the rule since.
  const isKnownDropped = last.dropped[name]?.value === print && !isRevisitOrReplay(delivery);
  return written !== print && !isKnownDropped;
}

function isOurs(
  crm: Crm,
  { landing: { last }, shown }: KnownActivity,
  name: string,
  current: FieldValue | undefined,
): boolean {
  const written = last?.written[name];
  if (last === undefined && shown?.isUntouched === true) return true;
  if (isOursToChange(crm.normal(current), written)) return true;
  return written === undefined && crm.isOurs(name, current);
}

function whyDropped({ name }: Crm, { last }: Landing): string {
  return last === undefined
    ? 'the activity was changed since it was made, and the editor is unknown'
    : `somebody changed it in ${name}`;
}

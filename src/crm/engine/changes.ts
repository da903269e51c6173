import { isOursToChange } from '../fingerprint.ts';
import type { Fields, FieldValue } from './activity.ts';
import type { Crm, ReadResult } from './crm.ts';
import { isLateLook, printOf, type Landing } from './landing.ts';
import type { Dropped } from './trace.ts';

/** An activity that is there. */
export interface Known {
  readonly landing: Landing;
  readonly id: string;
  /** What it shows now, where that was read. */
  readonly shown?: Extract<ReadResult, { kind: 'shown' }> | undefined;
  /** It is not known whether it is linked to its person. */
  readonly mayLackPerson: boolean;
}

/** An activity, and what must change. */
export interface Change {
  readonly known: Known;
  readonly fields: Fields;
  /** What it shows already as we would write it. */
  readonly same: Fields;
  readonly dropped: Dropped;
}

/** The fields that would change and that may be people's: what they show must be read first. */
export function guardedFields(crm: Crm, { landing }: Pick<Known, 'landing'>): string[] {
  return Object.entries(landing.fields)
    .filter(([name, value]) => !crm.fields.outcome.has(name) && isChanged(crm, landing, name, value))
    .map(([name]) => name);
}

/**
 * What must change: what became of the call, whenever that changes; anything else only while it is empty or as we wrote
 * it last. Links are added where there are none.
 */
export function changeOf(crm: Crm, known: Known): Change {
  const { landing, shown } = known;
  const fields: Record<string, FieldValue> = {};
  const same: Record<string, FieldValue> = {};
  const dropped: Record<string, Dropped[string]> = {};
  const links = crm.linkFields(landing.person);
  for (const [name, value] of Object.entries(landing.fields)) {
    if (!isChanged(crm, landing, name, value)) continue;
    const current = shown?.fields[name];
    const isShown = shown !== undefined && current !== undefined;
    if (isShown && printOf(crm, current) === printOf(crm, value)) same[name] = value;
    else if (crm.fields.outcome.has(name)) fields[name] = value;
    else if (shown === undefined) continue;
    else if (name in links) {
      if (shown.isLinked !== true) fields[name] = value;
    } else if (isOurs(crm, known, name, current)) fields[name] = value;
    else dropped[name] = { why: whyDropped(crm, landing), value: printOf(crm, value) };
  }
  return { known, fields, same, dropped };
}

/** Whether a value is new since the last landing, as far as the trace tells. */
function isChanged(crm: Crm, { last, delivery }: Landing, name: string, value: FieldValue): boolean {
  if (crm.fields.fixed.has(name)) return false;
  if (last === undefined) return true;
  const written = last.written[name];
  // What was never filled need not be cleared.
  if (value === '' && written === undefined) return false;
  const print = printOf(crm, value);
  // A replay, or a late look, tries again what was refused: somebody may have mended it.
  const isKnownDropped = last.dropped[name]?.value === print && !isLateLook(delivery);
  return written !== print && !isKnownDropped;
}

function isOurs(
  crm: Crm,
  { landing: { last }, shown }: Known,
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
    ? 'it is not known who wrote what it shows: the activity was changed since it was made'
    : `somebody changed it in ${name}`;
}

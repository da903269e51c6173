import { type JsonValue } from '#contract';
import { fingerprint, type PersonMatch } from '#crm';
import type { TaskOwner } from '../people/owner.ts';
import type { Fields, FieldValue } from './task-fields.ts';

/** Why a call landed where it did, and what was written: enough to see later what people changed since. */
export type LandedTrace = {
  /** Numbers searched, candidates with why each was kept or dropped, and the rule. */
  match: JsonValue;
  /** The record that the kit linked the Task to. */
  link: { object: string; id: string } | null;
  owner: TaskOwner;
  /** A fingerprint of what was written last, by field. */
  wrote: Record<string, string>;
  /** Fields that Salesforce refused and that were left out, with its code. */
  dropped?: Record<string, string>;
  /** What else there is to say. */
  notes?: string[];
};

const candidatesShownMax = 20;

/** Without most of many candidates: the one that was chosen stays. */
export function shortMatch(trace: PersonMatch['trace']): JsonValue {
  if (!('candidates' in trace) || trace.candidates.length <= candidatesShownMax) return trace;
  const chosenFirst = [...trace.candidates].sort((a, b) => Number(b.kept) - Number(a.kept));
  const candidates = chosenFirst.slice(0, candidatesShownMax);
  return { ...trace, candidates, candidatesNotShown: trace.candidates.length - candidates.length };
}

/** The trace of an earlier landing; undefined when there is none, or it is none of ours. */
export function readTrace(landed: JsonValue | undefined): LandedTrace | undefined {
  if (landed === null || typeof landed !== 'object' || Array.isArray(landed)) return undefined;
  const { wrote, owner } = landed;
  const isOurs = isObject(wrote) && isObject(owner) && 'link' in landed && 'match' in landed;
  return isOurs ? (landed as unknown as LandedTrace) : undefined;
}

/** Fingerprints of fields as they were written. */
export function fingerprints(fields: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, fingerprint(plainText(value))]),
  );
}

/** A value as text that is the same when Salesforce gives it back: trimmed, with its own line ends, times and ids. */
export function plainText(value: FieldValue | undefined): string {
  if (value === null || value === undefined) return '';
  const text = String(value).replaceAll('\r\n', '\n').trim();
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) {
    const epochMs = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
    if (!Number.isNaN(epochMs)) return new Date(epochMs).toISOString();
  }
  // The last three of an id's 18 letters only check the first 15.
  return /^00[0-9A-Za-z]{16}$/.test(text) ? text.slice(0, 15) : text;
}

function isObject(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

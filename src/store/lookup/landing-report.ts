import { z } from 'zod';
import type { JsonValue } from '../../domain/jet-fields.ts';

const text = z.string().optional().catch(undefined);
const texts = z.array(z.string()).catch([]);

const candidate = z.object({
  object: z.string().default(''),
  id: z.string().default(''),
  name: text,
  kept: z.boolean().default(false),
  why: z.string().default(''),
});

const shape = z.object({
  how: text,
  link: text,
  person: z
    .object({
      state: text,
      record: z.object({ object: z.string(), id: z.string(), name: text, link: text }).optional(),
      companyId: text,
      number: text,
      match: z
        .object({
          rule: text,
          why: text,
          forms: texts,
          candidates: z.array(candidate).catch([]),
          candidatesNotShown: z.number().optional().catch(undefined),
          fromLedger: z.boolean().optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  owner: z.object({ rule: text, id: text, place: text, why: text }).optional().catch(undefined),
  fields: z.record(z.string(), z.object({ before: text, after: z.string() })).catch({}),
  written: z.record(z.string(), z.string()).catch({}),
  dropped: z.record(z.string(), z.object({ why: z.string().default('') })).catch({}),
  notes: texts,
});

/** Why a call landed where it did, as the CRM adapters of the kit record it. */
export type LandingReport = z.output<typeof shape>;

/**
 * Reads the trace of a landing for people. Undefined if there is none, or if the adapter of a fork wrote it in its
 * own form. Show such a trace unchanged.
 */
export function readLandingReport(trace: JsonValue | undefined): LandingReport | undefined {
  const report = shape.safeParse(trace).data;
  const isKnown = report !== undefined && (report.person !== undefined || report.how !== undefined);
  return isKnown ? report : undefined;
}

/** What the rule of a match means, in words. */
export function matchRuleText(rule: string | undefined): string {
  return (rule === undefined ? undefined : ruleWords[rule]) ?? rule ?? 'unknown';
}

const ruleWords: Readonly<Record<string, string>> = {
  no_hit: 'nobody has the number',
  only_hit: 'one record has the number',
  e164_before_national: 'one record has the number with its country code',
  object_priority: 'one record is of the preferred kind',
  latest: 'of several records, the one that was changed last',
  shared_company: 'several people have the number and share one company',
  several_hits: 'several records have the number, and none was chosen',
  withheld: 'the caller hid the number, so nobody was searched',
  internal: 'the number is an extension, so nobody was searched',
  own: 'the number belongs to the business, so nobody was searched',
  unreadable: 'there is no phone number to search',
  'not searched': 'the search was postponed, to save requests',
};

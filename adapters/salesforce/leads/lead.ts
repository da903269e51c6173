import { rememberPeople, type MatchedPerson } from '#crm';
import type { SaveResult } from '../client.ts';
import type { Landing } from '../tasks/landing.ts';
import { leadName, leadPages, leadSteps, taskName, type LeadAnswer, type LeadRequest } from './lead-steps.ts';
import type { Parts } from '../tasks/parts.ts';
import { whyNoLead } from '../people/people.ts';
import { recordsInstead, stopOf } from './refused-lead.ts';

/** How long requests for leads are sent, so that what they made counts before the time of the batch ends. */
const leadsTakeMs = 10_000;

export function isWorthLead({ config, budget }: Parts, { delivery, link }: Landing): boolean {
  return link.state === 'nobody' && budget.now() !== 'final writes only' && !whyNoLead(delivery, config);
}

/**
 * Makes a lead for each number, with the Tasks of its calls, in as few requests as can be. Salesforce keeps the
 * number unique, so that a repeated or simultaneous try finds the first lead instead of making a second; a lead that
 * is there is not touched.
 *
 * @param settle told of a number as soon as its request is answered, before anything can throw
 * @throws AdapterMisconfigured when the org lacks the field that keeps leads unique
 */
export async function makeLeads(
  parts: Parts,
  requests: readonly LeadRequest[],
  settle: (number: string, answer: LeadAnswer) => void,
  signal: AbortSignal,
): Promise<void> {
  const { client, config, tools } = parts;
  const untilMs = tools.clock() + leadsTakeMs;
  const none = { record: undefined, tasks: new Map<string, SaveResult>() };
  for (const page of leadPages(requests)) {
    if (tools.clock() >= untilMs) {
      const note = 'the time of the batch was over';
      for (const { number } of page) settle(number, { ...none, note, isLater: true });
      continue;
    }
    const results = await client.composite(
      page.flatMap((request, index) => leadSteps(request, index, config)),
      signal,
    );
    const made: [string, MatchedPerson][] = [];
    for (const [index, { number, tasks }] of page.entries()) {
      const lead = results.get(leadName(index));
      if (lead?.success !== true) continue;
      const record = { object: 'Lead', id: lead.id };
      const done = tasks.flatMap(({ delivery }, at) => {
        const result = results.get(taskName(index, at));
        return result === undefined ? [] : [[delivery.id, result] as const];
      });
      made.push([number, record]);
      settle(number, { record, note: 'a lead was made', isLater: false, tasks: new Map(done) });
    }
    await remember(parts, made, signal);
    const refused = page.flatMap(({ number }, index) => {
      const lead = results.get(leadName(index));
      return lead?.success === true ? [] : [{ number, error: lead?.errors[0] }];
    });
    const stop = refused.map(({ error }) => stopOf(error)).find((error) => error !== undefined);
    if (stop !== undefined) throw stop;
    const instead = await recordsInstead(client, refused, signal);
    for (const [number, answer] of instead) settle(number, { ...none, ...answer });
    await remember(
      parts,
      [...instead].flatMap(([number, { record }]) =>
        record === undefined ? [] : [[number, record] as const],
      ),
      signal,
    );
  }
}

/** The ledger is a help: leads that were made count, whether or not it can be reached. */
async function remember(
  { people, tools }: Parts,
  found: readonly (readonly [number: string, record: MatchedPerson])[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await rememberPeople(found, people.source(signal));
  } catch (error) {
    tools.log.warn({ error }, 'The ledger could not keep new leads; their numbers are searched again');
  }
}

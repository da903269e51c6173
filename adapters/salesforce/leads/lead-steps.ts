import type { Delivery } from '#contract';
import type { MatchedPerson } from '#crm';
import type { CompositeStep, SaveResult } from '../client.ts';
import type { SalesforceConfig } from '../config.ts';
import { leadKeyField, type Fields } from '../tasks/task-fields.ts';

/** A number that is worth a lead, and the Tasks of its calls that are to be made with it. */
export interface LeadRequest {
  readonly number: string;
  readonly tasks: readonly { readonly delivery: Delivery; readonly fields: Fields }[];
}

export interface LeadAnswer {
  /** The lead, or the record that stands for it; undefined: none can be made now, or ever. */
  readonly record: MatchedPerson | undefined;
  /** For the trace. */
  readonly note: string;
  /** True when it may work later. */
  readonly isLater: boolean;
  /** By delivery; a Task that was not tried is not among them. */
  readonly tasks: ReadonlyMap<string, SaveResult>;
}

const stepsMax = 25;

/** The lead of an unknown caller. */
export function mapLead(number: string, config: SalesforceConfig): Fields {
  return {
    LastName: number,
    Company: config.SALESFORCE_LEAD_COMPANY,
    Phone: number,
    [leadKeyField]: number,
    ...(config.SALESFORCE_LEAD_SOURCE !== undefined && { LeadSource: config.SALESFORCE_LEAD_SOURCE }),
  };
}

/** A number's lead and Tasks are one after the other, and whole numbers go into a request while they fit. */
export function leadPages(requests: readonly LeadRequest[]): LeadRequest[][] {
  const pages: LeadRequest[][] = [];
  let free = 0;
  for (const { number, tasks } of requests) {
    // What does not fit beside its lead, or reads like a reference to a step, is made after it, linked.
    const fitting = tasks.filter(({ fields }) => !JSON.stringify(fields).includes('@{'));
    const request = { number, tasks: fitting.slice(0, stepsMax - 1) };
    const size = 1 + request.tasks.length;
    if (size > free) {
      pages.push([]);
      free = stepsMax;
    }
    pages.at(-1)?.push(request);
    free -= size;
  }
  return pages;
}

export function leadSteps(
  { number, tasks }: LeadRequest,
  index: number,
  config: SalesforceConfig,
): CompositeStep[] {
  return [
    { name: leadName(index), object: 'Lead', fields: mapLead(number, config) },
    ...tasks.map(({ fields }, at): CompositeStep => ({
      name: taskName(index, at),
      object: 'Task',
      fields: { ...fields, WhoId: `@{${leadName(index)}.id}` },
    })),
  ];
}

export function leadName(index: number): string {
  return `lead${index}`;
}

export function taskName(index: number, at: number): string {
  return `task${index}_${at}`;
}

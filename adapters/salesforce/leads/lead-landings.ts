import { retry } from '#contract';
import { taskOf, type KnownTask, type Landing } from '../tasks/landing.ts';
import type { LeadAnswer, LeadRequest } from './lead-steps.ts';
import { isWorthLead, makeLeads } from './lead.ts';
import type { Outcomes, Parts } from '../tasks/parts.ts';
import { linkTo } from '../people/people.ts';
import type { Written } from '../tasks/written.ts';

/** A lead that cannot be made after so many attempts is not waited for: the call lands without it. */
const attemptsMax = 4;

/**
 * Makes leads of unknown callers together with their Tasks.
 *
 * @param settle told of each Task that was made
 * @returns what is still to be made, linked
 */
export async function createWithLeads(
  parts: Parts,
  landings: readonly Landing[],
  settle: (landing: Landing, written: Written) => void,
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<readonly Landing[]> {
  const worth = numbersOf(landings.filter((landing) => isWorthLead(parts, landing)));
  // Of a number that is worth a lead, calls that by themselves are not belong to it too.
  const theirs = landings.filter(({ link }) => link.state === 'nobody' && worth.includes(link.number ?? ''));
  const rest = landings.filter((landing) => !theirs.includes(landing));
  const settleNumber = (number: string, answer: LeadAnswer): void => {
    for (const landing of theirs.filter(({ link }) => link.number === number)) {
      const { id, attempt } = landing.delivery;
      if (answer.record === undefined && answer.isLater && attempt < attemptsMax) {
        outcomes.set(id, retry(id, 'lead_later', `The caller's lead could not be made now: ${answer.note}.`));
        continue;
      }
      const result = answer.tasks.get(id);
      const linked = linkedTo(parts, landing, answer);
      if (result?.success === true) {
        // Beside a lead of its own it has the owner that it was sent with.
        const made = { ...linked, owner: landing.owner };
        settle(made, { kind: 'saved', id: result.id, body: taskOf(parts, made) });
      } else rest.push(linked);
    }
  };
  const requests = worth.map((number): LeadRequest => ({
    number,
    tasks: theirs
      .filter(({ link }) => link.number === number)
      .map((landing) => ({
        delivery: landing.delivery,
        fields: taskOf(parts, landing),
      })),
  }));
  await makeLeads(parts, requests, settleNumber, signal);
  return rest;
}

/**
 * Late leads, for Tasks that nobody has linked to anything meanwhile.
 *
 * @param isUnlinked whether the Task of a landing is seen to hang on nothing
 */
export async function linkToLeads(
  parts: Parts,
  known: readonly KnownTask[],
  isUnlinked: (landing: Landing) => boolean,
  signal: AbortSignal,
): Promise<readonly KnownTask[]> {
  const worth = known.filter(({ landing }) => isWorthLead(parts, landing) && isUnlinked(landing));
  const numbers = numbersOf(worth.map(({ landing }) => landing));
  const answers = new Map<string, LeadAnswer>();
  await makeLeads(
    parts,
    numbers.map((number) => ({ number, tasks: [] })),
    (number, answer) => void answers.set(number, answer),
    signal,
  );
  return known.map((task) => {
    const answer = worth.includes(task) ? answers.get(task.landing.link.number ?? '') : undefined;
    return answer === undefined ? task : { ...task, landing: linkedTo(parts, task.landing, answer) };
  });
}

function numbersOf(landings: readonly Landing[]): string[] {
  return [...new Set(landings.map(({ link }) => link.number ?? ''))];
}

function linkedTo({ owners }: Parts, landing: Landing, { record, note }: LeadAnswer): Landing {
  const told = { ...landing, notes: [...landing.notes, note] };
  if (record === undefined) return told;
  const link = linkTo(record, { ...landing.link, ownerId: record.ownerId });
  return { ...told, link, owner: owners.find(landing.delivery.call, record.ownerId) };
}

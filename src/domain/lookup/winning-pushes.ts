import { compareRanks, fieldGroups, isOther, isWeaker, rankPushes, type RankRule } from '../fold.ts';
import type { CallFieldName, CallFields } from '../jet-fields.ts';
import type { Push } from '../push.ts';

/** The push from which a call has the value of a field. */
export interface WinningPush {
  readonly field: CallFieldName;
  readonly pushId: string;
  /** Why this push counts, as text for people. */
  readonly why: string;
}

/**
 * Says for each field of a call which push gave its value, and why. It agrees with `foldCall`, which makes the call.
 *
 * @param pushes at least one push; all belong to the same call
 */
export function winningPushes(pushes: readonly Push[]): readonly WinningPush[] {
  const ranked = rankPushes(pushes);
  const winners = new Map<CallFieldName, Push>();
  for (const push of ranked) {
    for (const group of fieldGroups)
      if (isOther(valuesOf(winners), push.fields, group)) for (const name of group) winners.delete(name);
    for (const name of Object.keys(push.fields) as CallFieldName[]) {
      if (!isWeaker(name, push.fields[name], winners.get(name)?.fields[name])) winners.set(name, push);
    }
  }
  return [...winners].map(([field, winner]) => ({
    field,
    pushId: winner.id,
    why: whyWins(field, winner, ranked),
  }));
}

function valuesOf(winners: ReadonlyMap<CallFieldName, Push>): CallFields {
  return Object.fromEntries([...winners].map(([name, { fields }]) => [name, fields[name]]));
}

function whyWins(field: CallFieldName, winner: Push, ranked: readonly Push[]): string {
  const others = ranked.filter((push) => push !== winner && push.fields[field] !== undefined);
  const rival = others.filter((push) => push.fields[field] !== winner.fields[field]).at(-1);
  if (others.length === 0) return 'no other push has it';
  if (rival === undefined) return 'all pushes agree';
  const { order, by } = compareRanks(winner, rival);
  if (order > 0) return words[by];
  return field === 'duration_seconds'
    ? 'a duration of 0 s does not replace a real one'
    : 'a hidden number does not replace a real one';
}

const words: Readonly<Record<RankRule, string>> = {
  stage: 'its stage is later',
  time: 'it names a later time',
  fields: 'it has more fields',
  duration: 'it has a duration',
  receipt: 'it was received later',
};

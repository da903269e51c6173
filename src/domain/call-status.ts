/** What became of a call, in our words. */
export const callStatuses = [
  'in_progress',
  'answered',
  'missed',
  'abandoned',
  'busy',
  'failed',
  'unknown',
] as const;

export type CallStatus = (typeof callStatuses)[number];

/** Dial status words seen on Jet's report pages, folded, and our status for each. */
const knownWords: ReadonlyMap<string, CallStatus> = new Map([
  ['answer', 'answered'],
  ['answered', 'answered'],
  ['unanswered', 'missed'],
  ['noanswer', 'missed'],
  ['notanswered', 'missed'],
  ['unavailable', 'missed'],
  ['cancel', 'abandoned'],
  ['cancelled', 'abandoned'],
  ['canceled', 'abandoned'],
  ['busy', 'busy'],
  ['chanunavail', 'failed'],
  ['chanunavailable', 'failed'],
  ['congestion', 'failed'],
  ['failed', 'failed'],
]);

/** Words of the operator's own (`JET_STATUS_MAP`), folded by {@link foldStatusWord}. They win over the table. */
export type StatusMap = ReadonlyMap<string, CallStatus>;

/** A status word without case, spaces, underscores, hyphens and dots. */
export function foldStatusWord(word: string): string {
  return word.toLowerCase().replace(/[\s_.-]/g, '');
}

/** Our status for a dial status word, or undefined when no table knows it. */
export function statusOfWord(word: string, statusMap: StatusMap): CallStatus | undefined {
  const folded = foldStatusWord(word);
  return statusMap.get(folded) ?? knownWords.get(folded);
}

/**
 * A call's status, from its dial status alone: an answered push does not make a call answered, since a menu or
 * a queue sends one too. Without a dial status a call is in progress until it ends, and unknown after that.
 */
export function callStatus(dialStatus: string | undefined, ended: boolean, statusMap: StatusMap): CallStatus {
  if (dialStatus === undefined) return ended ? 'unknown' : 'in_progress';
  return statusOfWord(dialStatus, statusMap) ?? 'unknown';
}

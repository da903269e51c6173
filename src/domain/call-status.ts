/** The statuses that a call can have. */
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

/** The dial status words on Jet's report pages and our own words, folded, with our status for each. */
const knownWords: ReadonlyMap<string, CallStatus> = new Map([
  ['answer', 'answered'],
  ['answered', 'answered'],
  ['unanswered', 'missed'],
  ['noanswer', 'missed'],
  ['notanswered', 'missed'],
  ['unavailable', 'missed'],
  ['missed', 'missed'],
  ['cancel', 'abandoned'],
  ['cancelled', 'abandoned'],
  ['canceled', 'abandoned'],
  ['abandoned', 'abandoned'],
  ['busy', 'busy'],
  ['chanunavail', 'failed'],
  ['chanunavailable', 'failed'],
  ['congestion', 'failed'],
  ['failed', 'failed'],
]);

/** The operator's own words from `JET_STATUS_MAP`, folded by {@link foldStatusWord}. They override the built-in words. */
export type StatusMap = ReadonlyMap<string, CallStatus>;

/** Folds a status word: lower case, without spaces, underscores, hyphens and dots. */
export function foldStatusWord(word: string): string {
  return word.toLowerCase().replace(/[\s_.-]/g, '');
}

/** Gives our status for a dial status word, or undefined for an unknown word. */
export function statusOfWord(word: string, statusMap: StatusMap): CallStatus | undefined {
  const folded = foldStatusWord(word);
  return statusMap.get(folded) ?? knownWords.get(folded);
}

/** Every known status word, folded, with its status under the operator's settings. */
export function statusWords(statusMap: StatusMap): ReadonlyMap<string, CallStatus> {
  return new Map([...knownWords, ...statusMap]);
}

/**
 * Gives the status of a call from its dial status alone. An answered push does not prove that a person answered,
 * because a menu or a queue sends one too. Without a dial status, a call is `in_progress` until it ends and `unknown`
 * afterwards.
 */
export function callStatus(dialStatus: string | undefined, ended: boolean, statusMap: StatusMap): CallStatus {
  if (dialStatus === undefined) return ended ? 'unknown' : 'in_progress';
  return statusOfWord(dialStatus, statusMap) ?? 'unknown';
}

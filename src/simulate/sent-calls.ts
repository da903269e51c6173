import type { Stage } from '../domain/stage.ts';
import { problemCode, readStoredAnswer, readStoredList, type StoredAnswer } from './stored-answer.ts';
import type { PlannedBrokenBody, PlannedCall, PlannedList, PlannedPush } from './traffic/plan.ts';
import type { Answer } from './receiver-client.ts';

/** What a body that is no push may be answered. */
const refusals: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Keeps account of a run: what was sent, what was answered, and where that is not what the plan says. */
export interface Ledger {
  readonly counts: LedgerCounts;
  readonly differences: readonly string[];
  recordPush(push: PlannedPush, answer: Answer): void;
  recordList(list: PlannedList, answer: Answer): void;
  recordBrokenBody(broken: PlannedBrokenBody, answer: Answer): void;
  /** The id under which a call must have landed; undefined while one of its pushes was not taken. */
  landingId(call: PlannedCall): string | undefined;
}

export interface LedgerCounts {
  pushesSent: number;
  /** Bodies with several pushes, which are counted as pushes too. */
  listsSent: number;
  /** By status, and what the answer says beyond it. */
  readonly answers: Map<string, number>;
  /** Requests that had to be made more than once. */
  retried: number;
  warnings: number;
  brokenSent: number;
  brokenRefused: number;
}

export function createLedger(): Ledger {
  const counts: LedgerCounts = {
    pushesSent: 0,
    listsSent: 0,
    answers: new Map(),
    retried: 0,
    warnings: 0,
    brokenSent: 0,
    brokenRefused: 0,
  };
  const differences: string[] = [];
  const callIds = new Map<PlannedCall, string>();
  const callsById = new Map<string, PlannedCall>();
  const notTaken = new Set<PlannedCall>();

  function count(answer: string): void {
    counts.answers.set(answer, (counts.answers.get(answer) ?? 0) + 1);
  }

  function recordPush(push: PlannedPush, answer: Answer): void {
    if (answer.attempts > 1) counts.retried += 1;
    record(push, answer, isTaken(answer) ? readStoredAnswer(answer.body) : undefined);
  }

  function recordList({ pushes }: PlannedList, answer: Answer): void {
    if (answer.attempts > 1) counts.retried += 1;
    counts.listsSent += 1;
    const stored = isTaken(answer) ? readStoredList(answer.body) : undefined;
    const isWhole = stored?.length === pushes.length;
    pushes.forEach((push, index) => record(push, answer, isWhole ? stored[index] : undefined));
  }

  function record(push: PlannedPush, answer: Answer, stored: StoredAnswer | undefined): void {
    const differs = (what: string): void =>
      void differences.push(`${push.call.name}: ${nameOfPush(push)} ${what}`);
    counts.pushesSent += 1;
    if (stored === undefined) {
      const what = describeAnswer(answer);
      notTaken.add(push.call);
      count(what);
      differs(answer.kind === 'none' ? `got no answer (${answer.reason})` : `was answered ${what}`);
      return;
    }
    count(stored.duplicate ? '200 duplicate' : '200 stored');
    counts.warnings += stored.warnings.length;
    if (stored.stage !== push.stage) differs(`was taken as ${stored.stage}`);
    const isDerived = stored.warnings.some(({ code }) => code === 'id_derived');
    if (isDerived !== (push.call.direction === 'inbound' && push.call.callId === undefined))
      differs(
        isDerived ? 'had its id, and was given a derived one' : 'came without an id and without a warning',
      );
    // What was refused before is no repeat now, and its refusal is named already.
    if (push.repeat && !stored.duplicate && !notTaken.has(push.call))
      differs('was a repeat, and was not answered as one');
    // A push that was tried again may have been stored at its first attempt, whose answer was lost.
    if (!push.repeat && stored.duplicate && answer.attempts === 1)
      differs('was new, and was answered as a repeat');
    checkCallId(push.call, stored.callId, differs);
  }

  function checkCallId(call: PlannedCall, callId: string, differs: (what: string) => void): void {
    const expected = call.callId ?? callIds.get(call);
    if (expected !== undefined && expected !== callId) differs('was put under another call id');
    callIds.set(call, expected ?? callId);
    const other = callsById.get(callId);
    if (other !== undefined && other !== call) differs(`was put under the id of ${other.name}`);
    callsById.set(callId, other ?? call);
  }

  return {
    counts,
    differences,
    recordPush,
    recordList,
    recordBrokenBody(broken, answer) {
      counts.brokenSent += 1;
      if (answer.attempts > 1) counts.retried += 1;
      if (answer.kind === 'answered' && refusals.has(answer.status)) counts.brokenRefused += 1;
      else differences.push(`broken body (${broken.name}): was answered ${describeAnswer(answer)}`);
    },
    landingId: (call) => (notTaken.has(call) ? undefined : callIds.get(call)),
  };
}

function isTaken(answer: Answer): answer is Extract<Answer, { kind: 'answered' }> {
  return answer.kind === 'answered' && answer.status === 200;
}

const stageNames: Readonly<Record<Stage, string>> = {
  call_start: 'start push',
  call_answered: 'answered push',
  call_end: 'end push',
  call_end_outbound: 'outbound push',
};

function nameOfPush({ stage, repeat }: PlannedPush): string {
  return repeat ? `${stageNames[stage]} (sent again)` : stageNames[stage];
}

function describeAnswer(answer: Answer): string {
  if (answer.kind === 'none') return 'not at all';
  if (answer.status === 200) return '200 without the agreed answer';
  const code = problemCode(answer.body);
  return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
}

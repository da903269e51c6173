import type { Stage } from '../domain/stage.ts';
import { problemCode, readStoredAnswer, readStoredList, type StoredAnswer } from './stored-answer.ts';
import type { PlannedBrokenBody, PlannedCall, PlannedList, PlannedPush } from './traffic/plan.ts';
import type { Answer } from './receiver-client.ts';

/** The statuses that are right for a broken body. */
const refusals: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Records the pushes and answers of a run, and how the answers differ from the plan. */
export interface SentCalls {
  readonly counts: SentCounts;
  readonly differences: readonly string[];
  recordPush(push: PlannedPush, answer: Answer): void;
  recordList(list: PlannedList, answer: Answer): void;
  recordBrokenBody(broken: PlannedBrokenBody, answer: Answer): void;
  /** The id under which a call must land. Undefined while one of its pushes was not accepted. */
  landingId(call: PlannedCall): string | undefined;
}

export interface SentCounts {
  pushesSent: number;
  /** Bodies with several pushes. Their pushes are counted too. */
  listsSent: number;
  /** Counts by status and by the code in the answer. */
  readonly answers: Map<string, number>;
  /** Requests that needed more than one attempt. */
  retried: number;
  warnings: number;
  brokenSent: number;
  brokenRefused: number;
}

export function createSentCalls(): SentCalls {
  const counts: SentCounts = {
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
  const notAccepted = new Set<PlannedCall>();

  function count(answer: string): void {
    counts.answers.set(answer, (counts.answers.get(answer) ?? 0) + 1);
  }

  function recordPush(push: PlannedPush, answer: Answer): void {
    if (answer.attempts > 1) counts.retried += 1;
    record(push, answer, isAccepted(answer) ? readStoredAnswer(answer.body) : undefined);
  }

  function recordList({ pushes }: PlannedList, answer: Answer): void {
    if (answer.attempts > 1) counts.retried += 1;
    counts.listsSent += 1;
    const stored = isAccepted(answer) ? readStoredList(answer.body) : undefined;
    const isWhole = stored?.length === pushes.length;
    pushes.forEach((push, index) => record(push, answer, isWhole ? stored[index] : undefined));
  }

  function record(push: PlannedPush, answer: Answer, stored: StoredAnswer | undefined): void {
    const differs = (what: string): void =>
      void differences.push(`${push.call.name}: ${nameOfPush(push)} ${what}`);
    counts.pushesSent += 1;
    if (stored === undefined) {
      const what = describeAnswer(answer);
      notAccepted.add(push.call);
      count(what);
      differs(answer.kind === 'none' ? `got no answer (${answer.reason})` : `was answered ${what}`);
      return;
    }
    count(stored.duplicate ? '200 duplicate' : '200 stored');
    counts.warnings += stored.warnings.length;
    if (stored.stage !== push.stage) differs(`was stored as ${stored.stage}`);
    const isDerived = stored.warnings.some(({ code }) => code === 'id_derived');
    if (isDerived !== (push.call.direction === 'inbound' && push.call.callId === undefined))
      differs(
        isDerived
          ? 'had an id, but was stored under a derived one'
          : 'had no id, but was answered without a warning',
      );
    // A push that was refused before does not become a duplicate, and its refusal is already listed.
    if (push.repeat && !stored.duplicate && !notAccepted.has(push.call))
      differs('was sent again, but was not answered as a duplicate');
    // A retried push may have been stored at its first attempt, whose answer was lost.
    if (!push.repeat && stored.duplicate && answer.attempts === 1)
      differs('was new, but was answered as a duplicate');
    checkCallId(push.call, stored.callId, differs);
  }

  function checkCallId(call: PlannedCall, callId: string, differs: (what: string) => void): void {
    const expected = call.callId ?? callIds.get(call);
    if (expected !== undefined && expected !== callId) differs('was stored under a different call id');
    callIds.set(call, expected ?? callId);
    const other = callsById.get(callId);
    if (other !== undefined && other !== call) differs(`was stored under the id of ${other.name}`);
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
    landingId: (call) => (notAccepted.has(call) ? undefined : callIds.get(call)),
  };
}

function isAccepted(answer: Answer): answer is Extract<Answer, { kind: 'answered' }> {
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
  if (answer.status === 200) return '200 with an unknown answer';
  const code = problemCode(answer.body);
  return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
}

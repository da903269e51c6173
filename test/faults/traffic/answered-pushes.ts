import type { Stage } from '../../../src/domain/stage.ts';

/** A push as its sender knows it. Two equal pushes are always intended. */
export interface SentPush {
  readonly callId: string;
  readonly stage: Stage;
  readonly body: string;
}

/** The columns of a stored row that the balance needs. */
export interface StoredRow {
  readonly callId: string;
  readonly stage: string;
}

/** The data about a call that a destination really holds. */
export interface LandedCall {
  readonly callId: string;
  /** The number of records. */
  readonly times: number;
  /** The stages with visible data. */
  readonly stages: ReadonlySet<string>;
  /** The visible revision. Undefined: the destination stores none. */
  readonly revision: number | undefined;
}

/** A destination that reports what it really holds. */
export interface Destination {
  readonly name: string;
  /** A call with a push of one of these stages must have landed. */
  readonly lands: readonly Stage[];
  /** The stages whose pushes the destination shows. */
  readonly shows: readonly Stage[];
  /**
   * Everything that it holds: the records of these calls by call id, and strays, which belong to no call, by their own
   * id.
   */
  landed(callIds: Iterable<string>): LandedCall[];
}

/** Records what was sent and answered, outside the process under test. */
export interface AnsweredPushes {
  /** @param status undefined: no answer came, so the result is unknown */
  record(push: SentPush, status: number | undefined): void;
  readonly counts: ReadonlyMap<string, number>;
  /** Faults of a store: it must hold each push that was answered 2xx, each once, and only pushes that were sent. */
  missingFrom(stored: readonly StoredRow[]): string[];
  balance(stored: readonly StoredRow[], landed: Readonly<Record<string, readonly LandedCall[]>>): string;
}

const keyOf = ({ callId, stage }: StoredRow): string => `${callId} ${stage}`;

export function createAnsweredPushes(): AnsweredPushes {
  const sent = new Set<string>();
  const taken = new Set<string>();
  const counts = new Map<string, number>([['sent', 0]]);
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    counts,
    record(push, status) {
      count('sent');
      sent.add(keyOf(push));
      count(status === undefined ? 'unanswered' : status < 300 ? 'answered 2xx' : `answered ${status}`);
      if (status !== undefined && status < 300) taken.add(keyOf(push));
    },
    missingFrom(stored) {
      const rows = stored.map(keyOf);
      const there = new Set(rows);
      return [
        ...[...taken].filter((key) => !there.has(key)).map((key) => `answered 2xx but not stored: ${key}`),
        ...rows.filter((key) => !sent.has(key)).map((key) => `stored but never sent: ${key}`),
        ...(rows.length === there.size ? [] : [`stored twice: ${rows.length - there.size} pushes`]),
      ];
    },
    balance(stored, landed) {
      const answers = [...counts].map(([name, number]) => `${name} ${number}`).join(', ');
      const calls = new Set(stored.map(({ callId }) => callId)).size;
      const places = Object.entries(landed).map(([name, held]) => {
        const records = held.reduce((sum, { times }) => sum + times, 0);
        return `${name} ${records} records of ${held.length} calls`;
      });
      const where = places.length === 0 ? 'not checked' : places.join(', ');
      return `${answers} · stored ${stored.length} pushes of ${calls} calls · landed: ${where}`;
    },
  };
}

/**
 * Compares a destination with the store: each call once, in the due revision, with data of every push that the
 * destination can show.
 * @param landed everything that the destination holds
 * @param due the revision of each call that the destination must show
 */
export function missingAtDestination(
  stored: readonly StoredRow[],
  landed: readonly LandedCall[],
  { lands, shows }: Pick<Destination, 'lands' | 'shows'>,
  due: ReadonlyMap<string, number>,
): string[] {
  const expected = new Map<string, Set<string>>();
  for (const { callId, stage } of stored) {
    if (!lands.includes(stage as Stage)) continue;
    const stages = expected.get(callId) ?? new Set();
    expected.set(callId, shows.includes(stage as Stage) ? stages.add(stage) : stages);
  }
  const calls = new Set(stored.map(({ callId }) => callId));
  const byId = new Map(landed.map((call) => [call.callId, call]));
  const differences: string[] = [];
  for (const [callId, stages] of expected) {
    const call = byId.get(callId);
    const absent = [...stages].filter((stage) => call?.stages.has(stage) !== true);
    if (call === undefined) differences.push(`stored but not landed: ${callId}`);
    else if (absent.length > 0) differences.push(`landed without ${absent.join(', ')}: ${callId}`);
  }
  for (const { callId, times, revision } of landed) {
    if (times !== 1) differences.push(`landed ${times} times: ${callId}`);
    if (!calls.has(callId)) differences.push(`landed but not stored: ${callId}`);
    // A greater revision is right too: a late write at another destination raises the call's revision, and this one can
    // land after it.
    else if (revision !== undefined && revision < (due.get(callId) ?? Infinity))
      differences.push(`shows revision ${revision} instead of ${due.get(callId)}: ${callId}`);
  }
  return differences;
}

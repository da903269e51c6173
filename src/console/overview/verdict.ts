import { shownAge } from '../shown-time.ts';

export interface VerdictFacts {
  readonly nowMs: number;
  readonly lastPushMs: number | undefined;
  /** Undefined when the store is safe. */
  readonly loss: { readonly reason: string; readonly remedy: string } | undefined;
  readonly paused: readonly PausedDestination[];
  /** Deliveries that are not tried again until a person acts, by destination. */
  readonly resting: readonly { readonly destination: string; readonly count: number }[];
}

export interface PausedDestination {
  readonly destination: string;
  /** The end of the pause, as local time: `9:40`. */
  readonly until: string;
  readonly reason: string | undefined;
  readonly remedy: string | undefined;
}

export interface Verdict {
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly text: string;
  /** The remedies, in sentences. */
  readonly remedies: readonly string[];
}

/** Says in one line whether the receiver works, and what to do when it does not. */
export function judge({ nowMs, lastPushMs, loss, paused, resting }: VerdictFacts): Verdict {
  if (loss !== undefined)
    return { tone: 'bad', text: `Not storing pushes: ${withoutDot(loss.reason)}.`, remedies: [loss.remedy] };
  const parts = [
    lastPushMs === undefined
      ? 'Working: no push came yet'
      : `Working: last push ${shownAge(nowMs - lastPushMs)} ago`,
    ...paused.map(
      ({ destination, until, reason }) =>
        `${destination} is paused until ${until}${reason === undefined ? '' : `: ${withoutDot(reason)}`}`,
    ),
    ...resting.map(
      ({ destination, count }) =>
        `${count} ${count === 1 ? 'delivery rests' : 'deliveries rest'} at ${destination}`,
    ),
  ];
  return {
    tone: paused.length > 0 ? 'bad' : resting.length > 0 ? 'warn' : 'ok',
    text: `${parts.join('; ')}.`,
    remedies: paused.flatMap(({ destination, remedy }) =>
      remedy === undefined ? [] : [`${destination}: ${remedy}`],
    ),
  };
}

function withoutDot(text: string): string {
  return text.replace(/[.\s]+$/, '');
}

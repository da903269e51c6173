import type { Attempt, AttemptOutcome } from '../../store/attempts.ts';
import { html, type Html } from '../../web/html.ts';
import { chip, type Tone } from '../chip.ts';
import { shownTime } from '../shown-time.ts';
import { table } from '../table.ts';
import { whyText } from './groups.ts';

const tones: Readonly<Record<AttemptOutcome, Tone>> = {
  delivered: 'ok',
  skipped: 'idle',
  retry: 'warn',
  held: 'idle',
  rejected: 'bad',
  exhausted: 'bad',
};

export interface AttemptsShown {
  readonly timeZone: string;
  readonly nowMs: number;
  /** Prepares a text for this person: numbers are masked for a viewer. */
  readonly safe: (text: string) => string;
}

/** The recorded attempts of one delivery, the newest first. Undefined if the first attempt was a success. */
export function attemptTable(
  attempts: readonly Attempt[],
  { timeZone, nowMs, safe }: AttemptsShown,
): Html | undefined {
  const [first] = attempts;
  if (first === undefined) return undefined;
  return html`<details>
    <summary>
      ${attempts.length === 1 ? '1 recorded attempt' : `${attempts.length} recorded attempts`}
    </summary>
    ${table<Attempt>({
      caption: `Recorded attempts, the newest first: ${first.destination}`,
      isCaptionHidden: true,
      empty: '',
      rows: [...attempts].reverse(),
      columns: [
        { name: 'Time', cell: ({ triedAtMs }) => shownTime(triedAtMs, timeZone, nowMs) },
        { name: 'Outcome', cell: ({ outcome }) => chip(outcome, tones[outcome]) },
        { name: 'Code', cell: ({ code }) => (code === null ? undefined : safe(code)) },
        {
          name: 'Why, and what to do',
          kind: 'wide',
          cell: ({ reason, remedy }) => whyText(reason, remedy, safe),
        },
        { name: 'Took', kind: 'number', cell: ({ tookMs }) => `${tookMs.toLocaleString('en')} ms` },
        { name: 'Process', cell: ({ process }) => process },
        { name: 'Revision', kind: 'number', cell: ({ revision }) => revision },
      ],
    })}
  </details>`;
}

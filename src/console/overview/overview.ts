import { localTime } from '../../domain/local-time.ts';
import type { DestinationBacklog } from '../../store/backlog.ts';
import type { DestinationState } from '../../store/destinations.ts';
import { quarantineCountMax, type PushMinute, type QuarantineState } from '../../store/lookup/overview.ts';
import type { MissedCallers } from '../../store/lookup/missed-callers.ts';
import { html, type Html } from '../../web/html.ts';
import { chip } from '../chip.ts';
import { link, withQuery } from '../own-link.ts';
import { shownAge, shownTime } from '../shown-time.ts';
import { sparkline } from '../sparkline.ts';
import { table } from '../table.ts';
import { judge, type PausedDestination } from './verdict.ts';

export interface OverviewFacts {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly loss: { readonly reason: string; readonly remedy: string } | undefined;
  readonly minutes: readonly PushMinute[];
  /** When the last push of each stage came. */
  readonly lastPushes: ReadonlyMap<string, number>;
  readonly backlog: readonly DestinationBacklog[];
  readonly states: readonly DestinationState[];
  readonly quarantine: QuarantineState;
  readonly missed: MissedCallers;
  /** The refused requests of the last 24 hours by code, the most frequent first. */
  readonly refused: readonly { readonly code: string; readonly times: number }[];
}

const stages = ['call_start', 'call_answered', 'call_end', 'call_end_outbound'];

/** How many deliveries of a destination and a state are counted. A page must answer soon, however many there are. */
export const countedMax = 2_500;

/** The content of the overview. */
export function overview(facts: OverviewFacts): Html {
  const { nowMs, backlog, loss, lastPushes } = facts;
  const verdict = judge({
    ...{ nowMs, loss, paused: pausedOf(facts) },
    lastPushMs: lastPushes.size === 0 ? undefined : Math.max(...lastPushes.values()),
    resting: backlog
      .map(({ destination, resting }) => ({ destination, count: resting.rejected + resting.exhausted }))
      .filter(({ count }) => count > 0),
  });
  return html`<div class="verdict ${verdict.tone}">
      <p>${verdict.text}</p>
      ${verdict.remedies.map((remedy) => html`<p><strong>To do:</strong> ${remedy}</p>`)}
    </div>
    <div class="cards">
      ${pushesCard(facts)} ${lastPushesCard(facts)} ${missedCard(facts)} ${refusedCard(facts)}
      ${quarantineCard(facts)}
    </div>
    <h2>Destinations</h2>
    ${destinationsTable(facts)}`;
}

function pausedOf({ states, nowMs, timeZone }: OverviewFacts): PausedDestination[] {
  return states
    .filter(({ pausedUntilMs }) => pausedUntilMs > nowMs)
    .map(({ name, pausedUntilMs, pauseReason, pauseRemedy }) => ({
      destination: name,
      until: localTime(pausedUntilMs, timeZone).text.slice(11, 16),
      reason: pauseReason ?? undefined,
      remedy: pauseRemedy ?? undefined,
    }));
}

function pushesCard({ minutes, timeZone }: OverviewFacts): Html {
  const total = minutes.reduce((sum, { pushes }) => sum + pushes, 0);
  const most = Math.max(0, ...minutes.map(({ pushes }) => pushes));
  const bars = minutes.map(({ startMs, pushes }) => ({
    value: pushes,
    title: `${localTime(startMs, timeZone).text.slice(11, 16)}: ${count(pushes, 'push', 'pushes')}`,
  }));
  const words = `${count(total, 'push', 'pushes')} in the last hour, at most ${most} in a minute`;
  return html`<section class="card" aria-labelledby="pushes">
    <h2 id="pushes">Pushes</h2>
    <p>
      <span class="figure">${shownCount(total)}</span>
      <span class="soft">in the last hour, at most ${most} a minute</span>
    </p>
    ${sparkline(bars, words)}
  </section>`;
}

function lastPushesCard({ lastPushes, nowMs, timeZone }: OverviewFacts): Html {
  return html`<section class="card" aria-labelledby="last">
    <h2 id="last">Last push by stage</h2>
    <dl class="facts">
      ${stages.map((stage) => {
        const atMs = lastPushes.get(stage);
        return html`<dt>${stage}</dt>
          <dd>
            ${
              atMs === undefined
                ? html`<span class="soft">none among the latest</span>`
                : html`${shownTime(atMs, timeZone, nowMs)}
                    <span class="soft">${shownAge(nowMs - atMs)} ago</span>`
            }
          </dd>`;
      })}
    </dl>
  </section>`;
}

function missedCard({ missed: { waiting, isMore } }: OverviewFacts): Html {
  const missed = link(withQuery('/console/calls', { status: 'missed' }), 'Open', 'The missed calls');
  return html`<section class="card" aria-labelledby="missed">
    <h2 id="missed">Missed callers ${missed}</h2>
    <p>
      <span class="figure">${shownCount(waiting)}${isMore ? '+' : ''}</span>
      <span class="soft">${waiting === 1 ? 'waits' : 'wait'} for a call back, of the last 24 hours</span>
    </p>
  </section>`;
}

const codesShown = 4;

function refusedCard({ refused }: OverviewFacts): Html {
  const total = refused.reduce((sum, { times }) => sum + times, 0);
  const rest = refused.slice(codesShown).reduce((sum, { times }) => sum + times, 0);
  return html`<section class="card" aria-labelledby="refused">
    <h2 id="refused">Refused requests ${link('/console/refused', 'Open', 'The refused requests')}</h2>
    <p><span class="figure">${shownCount(total)}</span> <span class="soft">in the last 24 hours</span></p>
    ${refused
      .slice(0, codesShown)
      .map(
        ({ code, times }) =>
          html`<div class="line">
            ${link(withQuery('/console/refused', { code }), code)} <span>${shownCount(times)}</span>
          </div>`,
      )}
    ${rest === 0 ? undefined : html`<div class="line"><span class="soft">other reasons</span> <span>${shownCount(rest)}</span></div>`}
  </section>`;
}

function quarantineCard({ quarantine: { bodies, lastAtMs }, nowMs }: OverviewFacts): Html {
  const figure = bodies >= quarantineCountMax ? '10,000 or more' : shownCount(bodies);
  return html`<section class="card" aria-labelledby="quarantine">
    <h2 id="quarantine">Quarantine ${link('/console/quarantine', 'Open', 'The bodies in the quarantine')}</h2>
    <p>
      <span class="figure">${figure}</span>
      <span class="soft"
        >${bodies === 1 ? 'body waits' : 'bodies wait'}${
          lastAtMs === undefined ? '' : `, the last came ${shownAge(nowMs - lastAtMs)} ago`
        }</span
      >
    </p>
  </section>`;
}

function destinationsTable({ backlog, states, nowMs, timeZone }: OverviewFacts): Html {
  const stateOf = (name: string): DestinationState | undefined => states.find((state) => state.name === name);
  return table<DestinationBacklog>({
    caption: 'Destinations',
    isCaptionHidden: true,
    empty: 'No destination is enabled. ADAPTERS names the enabled ones.',
    rows: backlog,
    columns: [
      {
        name: 'Destination',
        kind: 'main',
        cell: ({ destination }) => link(withQuery('/console/deliveries', { destination }), destination),
      },
      {
        name: 'State',
        cell: ({ destination }) => {
          const state = stateOf(destination);
          if ((state?.pausedUntilMs ?? 0) > nowMs) return chip('paused', 'bad');
          if (state?.holder == null || state.leaseUntilMs <= nowMs)
            return chip('not running', 'warn', 'No process delivers here now');
          return chip('delivering', 'ok');
        },
      },
      { name: 'Due', kind: 'number', cell: ({ deliveries, isMore }) => atLeast(deliveries, isMore) },
      {
        name: 'Oldest due',
        kind: 'number',
        cell: ({ deliveries, ageMs }) => (deliveries === 0 ? undefined : shownAge(ageMs)),
      },
      {
        name: 'Resting',
        kind: 'number',
        cell: ({ destination, resting: { rejected, exhausted } }) =>
          html`${restingLink(destination, 'rejected', rejected)}
          ${restingLink(destination, 'exhausted', exhausted)}`,
      },
      {
        name: 'Why it is paused',
        kind: 'wide',
        cell: ({ destination }) => {
          const state = stateOf(destination);
          if (state === undefined || state.pausedUntilMs <= nowMs) return undefined;
          return html`${state.pauseReason ?? ''} Until ${shownTime(state.pausedUntilMs, timeZone, nowMs)}.`;
        },
      },
    ],
  });
}

function restingLink(destination: string, state: string, deliveries: number): Html | undefined {
  if (deliveries === 0) return undefined;
  const words = `${atLeast(deliveries, deliveries === countedMax)} ${state}`;
  return link(withQuery('/console/deliveries', { destination, state }), words);
}

function atLeast(number: number, isMore: boolean): string {
  return `${shownCount(number)}${isMore && number > 0 ? '+' : ''}`;
}

function shownCount(number: number): string {
  return number.toLocaleString('en-AU');
}

function count(number: number, one: string, many: string): string {
  return `${shownCount(number)} ${number === 1 ? one : many}`;
}

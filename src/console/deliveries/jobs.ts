import { localTime } from '../../domain/local-time.ts';
import type { ReplayJob, ReplayJobChange } from '../../store/lookup/replay/replay-jobs.ts';
import { replayJobChanges } from '../../store/lookup/replay/replay-jobs.ts';
import { filterText, passedOverLines } from '../../store/lookup/replay/replay-words.ts';
import type { PassedOver } from '../../store/lookup/replay/replay-filter.ts';
import { html, type Html } from '../../web/html.ts';
import { link, withQuery } from '../own-link.ts';
import { shownTime } from '../shown-time.ts';
import { table, tableRow, type Table } from '../table.ts';
import { jobChip } from './state-chip.ts';

export const jobsPath = '/console/deliveries/jobs';

export interface JobsShown {
  readonly timeZone: string;
  readonly nowMs: number;
  readonly safe: (text: string) => string;
  /** The hidden field with the form token. Undefined for a viewer, who gets no forms. */
  readonly token: Html | undefined;
}

/** The address of one job's page. */
export function jobPath(id: string): string {
  return `${jobsPath}/${id}`;
}

function jobsTable({ timeZone, nowMs, safe }: JobsShown): Pick<Table<ReplayJob>, 'columns' | 'rowId'> {
  return {
    rowId: ({ id }) => `job-${id}`,
    columns: [
      {
        name: 'Job',
        kind: 'main',
        cell: ({ id, madeAtMs }) => link(jobPath(id), shownTime(madeAtMs, timeZone, nowMs) ?? id),
      },
      { name: 'State', cell: ({ state }) => jobChip(state) },
      { name: 'Progress', cell: progress },
      { name: 'Made due', kind: 'number', cell: ({ madeDue }) => madeDue.toLocaleString('en') },
      {
        name: 'Which deliveries',
        kind: 'wide',
        cell: ({ filter }) => safe(filterText(filter, (epochMs) => localText(epochMs, timeZone))),
      },
      { name: 'Reason', kind: 'wide', cell: ({ reason }) => safe(reason) },
      { name: 'Who', cell: ({ who }) => who },
    ],
  };
}

/** The latest jobs, with their progress. */
export function jobTable(
  jobs: readonly ReplayJob[],
  shown: JobsShown,
  streamPath = `${jobsPath}/stream`,
): Html {
  return table<ReplayJob>({
    ...jobsTable(shown),
    caption: 'Replays, newest first',
    isCaptionHidden: true,
    empty: 'Nothing was replayed yet.',
    rows: jobs,
    ...(jobs.length > 0 && {
      live: html`data-live="${streamPath}" data-one="replay" data-many="replays"`,
    }),
  });
}

/** One row of {@link jobTable}, for the stream that replaces it. */
export function jobRow(job: ReplayJob, shown: JobsShown): Html {
  return tableRow(jobsTable(shown), job);
}

function localText(epochMs: number, timeZone: string): string {
  return localTime(epochMs, timeZone).text.slice(0, 16);
}

function progress({ total, lookedAt, state }: ReplayJob): Html {
  if (total === undefined) return html`${state === 'running' ? 'counting' : ''}`;
  const done = Math.min(lookedAt, total);
  return html`<span
    ><progress value="${done}" max="${Math.max(total, 1)}" aria-label="Progress"></progress>
    ${done.toLocaleString('en')} of ${total.toLocaleString('en')}</span
  >`;
}

const changeWords: Readonly<Record<ReplayJobChange, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
};

/** The page of one job. */
export function jobContent(job: ReplayJob, shown: JobsShown): Html {
  const { timeZone, nowMs, safe, token } = shown;
  const time = (epochMs: number | undefined): Html | string =>
    shownTime(epochMs, timeZone, nowMs) ?? 'not yet';
  return html`${jobTable([job], shown, withQuery(`${jobsPath}/stream`, { job: job.id }))}
    ${job.failure === undefined ? undefined : html`<p class="fault" role="alert">${safe(job.failure)}</p>`}
    ${isEnded(job) ? undefined : html`<p>${link(jobPath(job.id), 'Refresh')}</p>`}
    ${token === undefined ? undefined : changeForms(job, token)}
    <dl class="facts">
      <dt>Asked</dt>
      <dd>${time(job.madeAtMs)} by ${job.who}</dd>
      <dt>Started</dt>
      <dd>${time(job.startedAtMs)}</dd>
      <dt>Ended</dt>
      <dd>${time(job.finishedAtMs)}</dd>
    </dl>
    ${Object.entries(job.counts).map(([name, counts]) => {
      const all = new Map(Object.entries(counts)) as Map<PassedOver, number>;
      return html`<h2>${name}</h2>
        <ul>
          <li>${(all.get('none') ?? 0).toLocaleString('en')} made due.</li>
          ${passedOverLines(all).map((line) => html`<li>${line}</li>`)}
        </ul>`;
    })}`;
}

function isEnded({ finishedAtMs }: ReplayJob): boolean {
  return finishedAtMs !== undefined;
}

function changeForms({ id, state }: ReplayJob, token: Html): Html {
  const changes = (Object.keys(replayJobChanges) as ReplayJobChange[]).filter((change) =>
    (replayJobChanges[change].from as readonly string[]).includes(state),
  );
  return html`<div class="actions">
    ${changes.map(
      (change) =>
        html`<form method="post" action="${jobPath(id)}/${change}">
          ${token}<button class="${change === 'cancel' ? 'danger' : 'quiet'}">${changeWords[change]}</button>
        </form>`,
    )}
  </div>`;
}

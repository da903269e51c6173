import { counted } from '../../domain/shown/counted.ts';
import type { RefusedRequests } from '../../store/lookup/refused-requests.ts';
import { html, type Html } from '../../web/html.ts';
import { reasonedCodes, refusalReason } from '../../web/refusal-reasons.ts';
import { chip } from '../chip.ts';
import { link, withQuery } from '../own-link.ts';
import { shownTime } from '../shown-time.ts';
import { table } from '../table.ts';
import { refusedPath, spans, type ShownFilter } from './refused-filter.ts';

export interface RefusedView {
  readonly shown: ShownFilter;
  readonly faults: readonly string[];
  /** The latest first. */
  readonly refused: readonly RefusedRequests[];
  /** How many kinds of requests match, shown or not. */
  readonly kinds: number;
  /** How many requests have each code, the most frequent first. */
  readonly codes: readonly { readonly code: string; readonly times: number }[];
  readonly timeZone: string;
  readonly nowMs: number;
}

/** The content of the page: a summary by reason, the filter, and one row for each kind of request. */
export function refusedContent(view: RefusedView): Html {
  const { shown, faults, codes } = view;
  return html`${faults.map((fault) => html`<p class="fault" role="alert">${fault}</p>`)}
  ${summary(codes, shown)} ${filterForm(shown)} ${rows(view)}`;
}

/** Why requests were refused, the most frequent reason first. */
function summary(codes: RefusedView['codes'], shown: ShownFilter): Html {
  const when = Object.hasOwn(spans, shown.since) ? ` in ${spans[shown.since as keyof typeof spans]}` : '';
  if (codes.length === 0) return html`<p class="verdict ok">No request was refused${when}.</p>`;
  const all = codes.reduce((sum, { times }) => sum + times, 0);
  return html`<p class="verdict warn">${counted(all, 'request was', 'requests were')} refused${when}.</p>
    <ul class="cards">
      ${codes.slice(0, 6).map(({ code, times }) => reasonCard(code, times, shown))}
    </ul>`;
}

function reasonCard(code: string, times: number, shown: ShownFilter): Html {
  const { because, remedy } = refusalReason(code);
  return html`<li class="card">
    <h2>
      <span>${link(withQuery(refusedPath, { ...shown, code }), code)}</span>
      <span class="number">${times.toLocaleString('en')}</span>
    </h2>
    <p>Refused, because ${because}.</p>
    <p class="soft">${remedy}</p>
  </li>`;
}

function filterForm({ since, code, path, address }: ShownFilter): Html {
  const choices = Object.entries({ ...spans, all: 'all that is kept' });
  return html`<form class="filters" method="get" action="${refusedPath}">
    <label
      >Time
      <select name="since">
        ${choices.map(([value, word]) => option(value, word, value === since))}
      </select></label
    >
    <label
      >Code
      <select name="code">
        ${option('', 'all', code === '')} ${reasonedCodes.map((each) => option(each, each, each === code))}
      </select></label
    >
    <label>Path <input name="path" value="${path}" /></label>
    <label>Address <input name="address" value="${address}" /></label>
    <button>Show</button>
    ${link(refusedPath, 'Clear')}
  </form>`;
}

function option(value: string, word: string, isChosen: boolean): Html {
  return html`<option value="${value}" ${isChosen ? html`selected` : undefined}>${word}</option>`;
}

function rows({ refused, kinds, shown, timeZone, nowMs }: RefusedView): Html {
  const narrowed = (by: Partial<ShownFilter>): string => withQuery(refusedPath, { ...shown, ...by });
  const listed = table<RefusedRequests>({
    caption: 'Equal requests are one row, with the facts of the latest',
    empty: 'No request matches the filter.',
    rows: refused,
    columns: [
      { name: 'Latest', cell: ({ lastAtMs }) => shownTime(lastAtMs, timeZone, nowMs) },
      { name: 'Times', kind: 'number', cell: ({ times }) => times.toLocaleString('en') },
      {
        name: 'Code',
        kind: 'main',
        cell: ({ code, status }) => chip(`${status} ${code}`, status >= 500 ? 'bad' : 'warn'),
      },
      {
        name: 'Request',
        kind: 'wide',
        cell: ({ method, path }) => html`<span>${method} ${link(narrowed({ path }), path)}</span>`,
      },
      { name: 'From', kind: 'wide', cell: ({ address }) => link(narrowed({ address }), address) },
      { name: 'Credential', cell: ({ credential }) => credential },
      { name: 'Size', kind: 'number', cell: ({ size }) => shownSize(size) },
      { name: 'First', cell: ({ firstAtMs }) => shownTime(firstAtMs, timeZone, nowMs) },
      { name: 'Request id', kind: 'wide', cell: ({ requestId }) => html`<code>${requestId}</code>` },
      {
        name: 'Body',
        cell: ({ quarantineId }) =>
          quarantineId === undefined ? 'not kept' : link(`/console/quarantine/${quarantineId}`, 'Open'),
      },
    ],
  });
  const hidden = kinds - refused.length;
  return html`${listed}
  ${hidden > 0 ? html`<p class="soft">${counted(hidden, 'more kind is', 'more kinds are')} not shown. Narrow the filter.</p>` : undefined}`;
}

function shownSize(bytes: number | undefined): string {
  if (bytes === undefined) return '';
  return bytes < 1_000
    ? `${bytes}\u00a0B`
    : `${(bytes / 1_000).toLocaleString('en', { maximumFractionDigits: 1 })}\u00a0kB`;
}

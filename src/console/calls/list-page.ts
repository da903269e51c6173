import { html, type Html } from '../../web/html.ts';
import { link, withQuery } from '../own-link.ts';
import { shownTime } from '../shown-time.ts';
import { table } from '../table.ts';
import { callColumns, type CallRow, type RowSettings } from './call-columns.ts';
import { callForm, type FormChoices } from './call-form.ts';
import { callsPath, livePath } from './call-path.ts';
import type { CallQuery } from './call-query.ts';

/** What the list of calls shows. */
export interface ListPage {
  readonly query: CallQuery;
  readonly choices: FormChoices;
  readonly faults: readonly string[];
  readonly rows: readonly CallRow[];
  /** The revision below which the next page begins. */
  readonly before: number | undefined;
  readonly isUnfinished: boolean;
  /** The newest revision of the store. The stream of a live page starts after it. */
  readonly newestRevision: number;
  /** True while filters still miss calls that an earlier version stored. */
  readonly isFilling: boolean;
  readonly settings: RowSettings;
}

/** The list of calls. Its first page is live. */
export function listPage(page: ListPage): Html {
  const { query, choices, faults, isFilling } = page;
  return html`${callForm(query, choices)}
  ${faults.map((fault) => html`<p class="fault" role="alert">${fault}</p>`)}
  ${
    isFilling
      ? html`<p class="notice">
          Calls that the earlier version stored are still being prepared. Searches and filters do not find all
          of them yet. The newest come first.
        </p>`
      : undefined
  }
  ${faults.length > 0 ? undefined : callList(page)}`;
}

function callList(page: ListPage): Html {
  const { query, rows, newestRevision, settings } = page;
  const isFirst = query.before === undefined;
  const live = isFirst
    ? html`data-live="${withQuery(livePath, { ...query })}" data-after="${newestRevision}" data-one="call"
      data-many="calls"`
    : undefined;
  return html`${isFirst ? liveBar : undefined}
  ${table<CallRow>({
    ...callColumns(settings),
    caption: 'Calls, the last changed first',
    empty: 'No calls match.',
    rows,
    ...(live !== undefined && { live }),
  })}
  ${rows.length === 0 ? emptyText(page) : undefined} ${pager(page)}`;
}

// The buttons appear when the script runs.
const liveBar = html`<div class="bar live">
  <button type="button" data-waiting hidden>Show new calls</button>
  <button type="button" class="quiet" data-pause hidden aria-pressed="false">Pause</button>
</div>`;

function emptyText({ query, isUnfinished }: ListPage): Html | undefined {
  if (isUnfinished) return undefined;
  const isFiltered = Object.keys(query).length > 0;
  return html`<p class="empty">
    ${
      isFiltered
        ? html`No call matches. A request that was refused is no call: look at
          ${link('/console/refused', 'Refused')}.`
        : html`No call has come in yet. ${link('/console/clients', 'Clients')} shows what to enter in Jet's
          form.`
    }
  </p>`;
}

function pager({ query, before, isUnfinished, settings }: ListPage): Html | undefined {
  const older = before === undefined ? undefined : withQuery(callsPath, { ...query, after: '', before });
  const newest =
    query.before === undefined
      ? undefined
      : link(withQuery(callsPath, { ...query, after: '', before: '' }), 'Newest calls');
  if (older === undefined && newest === undefined) return undefined;
  // A revision is a time, unless the clock was wrong.
  const back =
    isUnfinished && before !== undefined ? shownTime(before, settings.timeZone, settings.nowMs) : undefined;
  return html`${
      back === undefined
        ? undefined
        : html`<p role="status">
            The search took long, so it stopped at ${back}. It can continue from there.
          </p>`
    }
    <nav class="pager" aria-label="Pages">
      ${newest}
      ${older === undefined ? undefined : link(older, isUnfinished ? 'Search older calls' : 'Older calls')}
    </nav>`;
}

import { Router } from 'express';
import type { Clock } from '../../domain/clock.ts';
import { readAudit, type StoredAuditEntry } from '../../store/lookup/audit.ts';
import type { Store } from '../../store/store.ts';
import { html, type Html } from '../../web/html.ts';
import { sendConsolePage } from '../console-page.ts';
import { link, withQuery } from '../own-link.ts';
import { shownTime } from '../shown-time.ts';
import { table } from '../table.ts';

export interface AuditDependencies {
  readonly store: Store;
  readonly timeZone: string;
  readonly clock: Clock;
}

const pageLength = 100;

/** The page of the audit table: what people changed, newest first. */
export function auditPages({ store, timeZone, clock }: AuditDependencies): Router {
  const router = Router();
  router.get('/console/audit', async (request, response) => {
    const { before } = request.query;
    const entries = await readAudit(store, pageLength + 1, typeof before === 'string' ? before : undefined);
    const shown = entries.slice(0, pageLength);
    const last = entries.length > pageLength ? shown.at(-1)?.id : undefined;
    const content = html`<p>
        Each change that somebody made through the console or a command, and each sign-in.
      </p>
      ${auditTable(shown, timeZone, clock())}
      ${
        last === undefined
          ? undefined
          : html`<p class="pager">${link(withQuery('/console/audit', { before: last }), 'Older')}</p>`
      }`;
    sendConsolePage(response, { title: 'Audit', content });
  });
  return router;
}

function auditTable(entries: readonly StoredAuditEntry[], timeZone: string, nowMs: number): Html {
  return table<StoredAuditEntry>({
    caption: 'Changes, newest first',
    empty: 'Nothing was changed yet.',
    rows: entries,
    columns: [
      { name: 'Time', cell: ({ atMs }) => shownTime(atMs, timeZone, nowMs) },
      { name: 'Who', cell: ({ who }) => who },
      { name: 'What', kind: 'main', cell: ({ what }) => what },
      {
        name: 'On',
        kind: 'wide',
        cell: ({ filter }) => (filter === undefined ? undefined : html`<code>${filter}</code>`),
      },
      { name: 'Changed', kind: 'number', cell: ({ count }) => count },
      { name: 'Reason', kind: 'wide', cell: ({ reason }) => reason },
    ],
  });
}

import { matchRuleText, readLandingReport, type LandingReport } from '../../store/lookup/landing-report.ts';
import type { TracedDelivery } from '../../store/lookup/read-trace.ts';
import type { Attempt } from '../../store/attempts.ts';
import { html, type Html } from '../../web/html.ts';
import { chip } from '../chip.ts';
import { link, withQuery } from '../own-link.ts';
import { shownTime } from '../shown-time.ts';
import { table } from '../table.ts';
import { attemptTable } from '../deliveries/attempt-table.ts';
import { deliveryTone, type RowSettings } from './call-columns.ts';
import { shownBody, shownText } from './shown-text.ts';
import { todaySection, type Today } from './today-section.ts';

/** One delivery of a call: its state, its record, and why it landed there. */
export function landingSection(
  delivery: TracedDelivery,
  today: Today,
  settings: RowSettings,
  attempts: readonly Attempt[],
): Html {
  const { access } = settings;
  const report = readLandingReport(delivery.trace);
  return html`<section class="card landing" aria-label="${delivery.destination}">
    <h3>${delivery.destination} ${chip(delivery.state, deliveryTone(delivery))}</h3>
    ${stateFacts(delivery, report, settings)}
    ${report === undefined ? undefined : html`${personFacts(report, settings)} ${candidates(report, settings)}`}
    ${report === undefined ? undefined : writtenFields(report, settings)}
    ${
      delivery.trace !== undefined && report === undefined
        ? html`<details>
            <summary>Trace of the adapter</summary>
            <pre tabindex="0">${shownBody(JSON.stringify(delivery.trace, undefined, 2), access)}</pre>
          </details>`
        : undefined
    }
    ${attemptTable(attempts, { ...settings, safe: (text) => shownText(text, access, 600) ?? '' })}
    ${todaySection(today, settings)}
    ${access === 'operator' ? replayLink(today.callId, delivery.destination) : undefined}
  </section>`;
}

/** Leads to the preview of a replay of this delivery alone. */
function replayLink(callId: string, destination: string): Html {
  const preview = withQuery('/console/deliveries/preview', { call: callId, destination });
  return html`<p><a class="button quiet" data-replay href="${preview}">Replay this delivery</a></p>`;
}

function fact(name: string, value: Html | string | undefined): Html | undefined {
  return value === undefined || value === ''
    ? undefined
    : html`<dt>${name}</dt>
        <dd>${value}</dd>`;
}

function stateFacts(
  delivery: TracedDelivery,
  report: LandingReport | undefined,
  { access, timeZone, nowMs }: RowSettings,
): Html {
  const { attemptedAtMs, dueAtMs, attempts, code, reason, remedy, remoteId } = delivery;
  const record =
    remoteId === undefined ? undefined : link(report?.link ?? '', shownText(remoteId, access) ?? '');
  return html`<dl class="facts">
    ${fact('Record', record)} ${fact('Last tried', shownTime(attemptedAtMs, timeZone, nowMs))}
    ${fact('Due', shownTime(dueAtMs, timeZone, nowMs))}
    ${attempts === 0 ? undefined : fact('Failed attempts', String(attempts))}
    ${reason === undefined ? undefined : fact('Reason', html`<code>${code}</code> ${shownText(reason, access, 600)}`)}
    ${fact('What to do', shownText(remedy, access, 600))}
  </dl>`;
}

function personFacts({ person, owner, how, notes }: LandingReport, { access }: RowSettings): Html {
  const record = person?.record;
  const match = person?.match;
  return html`<dl class="facts">
    ${fact('How', how)} ${fact('Person', record === undefined ? person?.state : recordLink(record, access))}
    ${
      match === undefined
        ? undefined
        : fact(
            'Rule',
            `${matchRuleText(match.rule)}${match.fromLedger === true ? ' (known from an earlier search)' : ''}`,
          )
    }
    ${fact('Searched', shownText(match?.forms.join(', '), access))}
    ${fact('Owner', shownText([owner?.id, owner?.rule, owner?.why].filter(Boolean).join(', '), access))}
    ${notes.flatMap((note) => fact('Note', shownText(note, access, 400)) ?? [])}
  </dl>`;
}

interface ShownRecord {
  readonly object: string;
  readonly id: string;
  readonly name?: string | undefined;
  readonly link?: string | undefined;
}

function recordLink({ object, id, name, link: address }: ShownRecord, access: RowSettings['access']): Html {
  const text = shownText(name ?? id, access) ?? '';
  return html`<span>${link(address ?? '', text)} <span class="soft">${object}</span></span>`;
}

function candidates({ person }: LandingReport, { access }: RowSettings): Html | undefined {
  const match = person?.match;
  if (match === undefined || match.candidates.length === 0) return undefined;
  const more = match.candidatesNotShown;
  return html`${table({
    caption: `The records that the search found${more === undefined ? '' : ` (${more} more are not shown)`}`,
    empty: '',
    rows: match.candidates,
    columns: [
      { name: 'Record', kind: 'main', cell: (candidate) => recordLink(candidate, access) },
      { name: 'Choice', cell: ({ kept }) => (kept ? chip('kept', 'ok') : chip('dropped', 'idle')) },
      { name: 'Because', kind: 'wide', cell: ({ why }) => shownText(why, access) },
    ],
  })}`;
}

function writtenFields({ fields, dropped }: LandingReport, { access }: RowSettings): Html | undefined {
  const written = Object.entries(fields);
  const left = Object.entries(dropped);
  if (written.length + left.length === 0) return undefined;
  return html`<details>
    <summary>
      ${written.length} ${written.length === 1 ? 'field' : 'fields'}
      written${left.length === 0 ? '' : `, ${left.length} not written`}
    </summary>
    ${table({
      caption: 'The last write of each field',
      empty: 'No field was written.',
      rows: written,
      columns: [
        { name: 'Field', kind: 'main', cell: ([name]) => html`<code>${shownText(name, access)}</code>` },
        { name: 'Before', kind: 'wide', cell: ([, { before }]) => shownText(before, access) },
        { name: 'After', kind: 'wide', cell: ([, { after }]) => shownText(after, access) },
      ],
    })}
    ${
      left.length === 0
        ? undefined
        : table({
            caption: 'Fields that were not written',
            empty: '',
            rows: left,
            columns: [
              {
                name: 'Field',
                kind: 'main',
                cell: ([name]) => html`<code>${shownText(name, access)}</code>`,
              },
              { name: 'Because', kind: 'wide', cell: ([, { why }]) => shownText(why, access) },
            ],
          })
    }
  </details>`;
}

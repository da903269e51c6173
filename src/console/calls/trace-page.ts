import type { Attempt } from '../../store/attempts.ts';
import { shownValue } from '../../store/lookup/field-changes.ts';
import type { KnownPerson } from '../../store/lookup/known-people.ts';
import type { CallTrace } from '../../store/lookup/read-trace.ts';
import type { Call } from '../../domain/call.ts';
import { html, type Html } from '../../web/html.ts';
import { shownTime } from '../shown-time.ts';
import { counterpartText, peopleLinks, statusChip, type RowSettings } from './call-columns.ts';
import type { CallDependencies } from './call-dependencies.ts';
import { landingSection } from './landing-section.ts';
import type { ShownComparison } from './today-section.ts';
import { fieldSection, pushSection } from './push-sections.ts';
import { shownText } from './shown-text.ts';

/** Everything about one call. */
export interface TracePage {
  readonly trace: CallTrace;
  readonly call: Call;
  readonly people: readonly KnownPerson[];
  readonly today: ReturnType<CallDependencies['landingsToday']>;
  /** The answer of the destination that was asked. */
  readonly compared: ShownComparison | undefined;
  readonly settings: RowSettings;
  /** The recorded attempts of its deliveries. */
  readonly attempts: readonly Attempt[];
}

/** The trace of one call: its pushes, the push that gave each field, where the call landed, and why. */
export function tracePage(page: TracePage): Html {
  const { trace, today, compared, settings, attempts } = page;
  return html`${facts(page)}
    <h2>Destinations</h2>
    ${
      trace.deliveries.length === 0
        ? html`<p class="empty">
            No destination gets this call. A destination gets only calls that are pushed after it was enabled.
          </p>`
        : trace.deliveries.map((delivery) =>
            landingSection(
              delivery,
              {
                callId: trace.call.id,
                today: today.find(({ destination }) => destination === delivery.destination),
                compared: compared?.destination === delivery.destination ? compared : undefined,
              },
              settings,
              attempts.filter(({ destination }) => destination === delivery.destination),
            ),
          )
    }
    ${pushSection(trace, settings)} ${fieldSection(trace, settings)} ${rowSection(page)}`;
}

function facts({ call, people, trace, settings: { access, timeZone, nowMs } }: TracePage): Html {
  const { text, offset } = call.started_at_local;
  const fact = (name: string, value: Html | string | undefined): Html | undefined =>
    value === undefined
      ? undefined
      : html`<dt>${name}</dt>
          <dd>${value}</dd>`;
  const seconds = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : `${value} s`;
  return html`<dl class="facts">
    ${fact('Started', html`${text.slice(0, 19)} ${offset} <span class="soft">${call.time_zone}</span>`)}
    ${call.started_at_estimated ? fact('Note', 'No push gives a start. This is the time of the first push.') : undefined}
    ${fact('Status', html`${statusChip(call)} ${call.direction}`)}
    ${fact(
      call.direction === 'inbound' ? 'Caller' : 'Called',
      html`${counterpartText(call, access)} ${peopleLinks(people, access)}`,
    )}
    ${fact('Service', shownText(call.service_name, access))}
    ${fact('Answering point', shownText(call.answering_point ?? call.extension_name, access))}
    ${fact('Wait', seconds(call.wait_seconds))} ${fact('Duration', seconds(call.duration_seconds))}
    ${fact('Dial status', shownText(call.dial_status, access))}
    ${fact('Last push', shownTime(call.last_received_at, timeZone, nowMs))}
    ${fact('Call id', html`<code>${shownText(call.call_id, access)}</code>`)}
    ${fact('Revision', html`<code>${trace.revision}</code>`)}
  </dl>`;
}

/** The row of the reporting table, when that destination is enabled. */
function rowSection({ today, settings: { access } }: TracePage): Html | undefined {
  const row = today.find(({ destination }) => destination === 'sql');
  if (row === undefined) return undefined;
  const filled = Object.entries(row.fields).filter(([, value]) => value !== null && value !== '');
  return html`<h2>The reporting row</h2>
    <details>
      <summary>${filled.length} columns of jet_calls have a value</summary>
      <dl class="facts">
        ${filled.map(
          ([name, value]) =>
            html`<dt><code>${name}</code></dt>
              <dd>${shownText(shownValue(value), access)}</dd>`,
        )}
      </dl>
    </details>`;
}

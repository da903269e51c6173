import { jetFields, type CallFieldName } from '../../domain/jet-fields.ts';
import { winningPushes } from '../../domain/lookup/winning-pushes.ts';
import { shownValue } from '../../store/lookup/field-changes.ts';
import { senderName, type CallTrace, type TracedPush } from '../../store/lookup/read-trace.ts';
import { html, type Html } from '../../web/html.ts';
import { shownTime } from '../shown-time.ts';
import { table } from '../table.ts';
import type { RowSettings } from './call-columns.ts';
import { shownBody, shownText } from './shown-text.ts';

/** The pushes of a call as received. */
export function pushSection(trace: CallTrace, settings: RowSettings): Html {
  const { access, timeZone, nowMs } = settings;
  return html`<h2>Pushes</h2>
    ${table<TracedPush>({
      caption: 'Pushes in the order of receipt, as Jet sent them',
      empty: 'This call has no pushes.',
      rows: trace.pushes,
      rowId: ({ id }) => `push-${id}`,
      columns: [
        { name: 'Received', kind: 'main', cell: (push) => shownTime(push.receivedAtMs, timeZone, nowMs) },
        { name: 'Stage', cell: ({ stage }) => stage },
        { name: 'Sender', kind: 'wide', cell: (push) => shownText(senderName(push, trace), access) },
        { name: 'Warnings', kind: 'wide', cell: (push) => warnings(push, settings) },
        {
          name: 'Body',
          kind: 'wide',
          cell: ({ body }) =>
            html`<details>
              <summary>${body.length} characters</summary>
              <pre tabindex="0">${shownBody(body, access)}</pre>
            </details>`,
        },
      ],
    })}`;
}

function warnings({ warnings: found }: TracedPush, { access }: RowSettings): Html | undefined {
  if (found.length === 0) return undefined;
  return html`<ul>
    ${found.map(
      ({ field, code, received, action }) =>
        html`<li>
          <code>${code}</code> ${shownText(field, access)} was “${shownText(received, access)}”; ${action}
        </li>`,
    )}
  </ul>`;
}

/** Each field of a call, with the push that gave it. */
export function fieldSection(trace: CallTrace, settings: RowSettings): Html {
  const { timeZone, nowMs } = settings;
  const byId = new Map(trace.pushes.map((push) => [push.id, push]));
  return html`<h2>Fields</h2>
    ${table({
      caption: 'Each field of the call, and the push that gave it',
      empty: 'No push has a field with a value.',
      rows: winningPushes(trace.pushes),
      columns: [
        { name: 'Field', kind: 'main', cell: ({ field }) => html`<code>${field}</code>` },
        {
          name: 'Value',
          kind: 'wide',
          cell: ({ field }) => fieldValue(field, trace.call.fields[field], settings),
        },
        {
          name: 'From',
          cell: ({ pushId }) =>
            html`<span
              >${byId.get(pushId)?.stage} ${shownTime(byId.get(pushId)?.receivedAtMs, timeZone, nowMs)}</span
            >`,
        },
        { name: 'Because', kind: 'wide', cell: ({ why }) => why },
      ],
    })}`;
}

const instants: ReadonlySet<string> = new Set(
  jetFields.filter(({ kind }) => kind === 'instant').map(({ name }) => name),
);

/** The value of a field. A time is shown in the zone of the settings. */
function fieldValue(
  field: CallFieldName,
  value: string | number | undefined,
  { access, timeZone, nowMs }: RowSettings,
): Html | string | undefined {
  if (typeof value === 'number' && instants.has(field)) return shownTime(value, timeZone, nowMs);
  return shownText(shownValue(value ?? null), access);
}

import { html, type Html } from '../../web/html.ts';
import { link, withQuery } from '../own-link.ts';
import { table } from '../table.ts';
import type { RowSettings } from './call-columns.ts';
import type { CallDependencies, ComparedLanding } from './call-dependencies.ts';
import { callPath } from './call-path.ts';
import { shownText } from './shown-text.ts';

/** The answer of a destination to the question what a landing would change. */
export interface ShownComparison {
  readonly destination: string;
  /** Undefined when the destination cannot compare. */
  readonly landing: ComparedLanding | undefined;
  /** Why the destination did not answer. */
  readonly fault?: string;
}

/** A landing as it would be today. */
export interface Today {
  readonly callId: string;
  /** Undefined when the destination is not enabled. */
  readonly today: ReturnType<CallDependencies['landingsToday']>[number] | undefined;
  /** Undefined when nobody asked the destination. */
  readonly compared: ShownComparison | undefined;
}

/**
 * Compares the fields that would land today with the fields that landed. The operator can also ask the destination,
 * which costs requests.
 */
export function todaySection({ callId, today, compared }: Today, settings: RowSettings): Html | undefined {
  if (today === undefined) return html`<p class="soft">This destination is not enabled now.</p>`;
  const { destination, changes } = today;
  const question = `Ask ${destination} what would change`;
  const ask =
    settings.access === 'operator'
      ? html`<p>
          ${link(withQuery(callPath(callId), { compare: destination }), question)}
          <span class="soft">This reads from the destination and writes nothing.</span>
        </p>`
      : undefined;
  if (compared !== undefined) return html`${comparison(compared, settings)} ${ask}`;
  if (changes === undefined) return ask;
  if (changes.length === 0)
    return html`<p class="soft">The same fields would land today.</p>
      ${ask}`;
  const count = changes.length;
  return html`<details>
      <summary>${count} ${count === 1 ? 'field' : 'fields'} would differ today</summary>
      ${changeTable('What would land today. Person and owner are looked up at the landing', changes, settings)}
    </details>
    ${ask}`;
}

const effects: Readonly<Record<ComparedLanding['effect'], string>> = {
  create: 'would create a record',
  update: 'would change the record',
  unchanged: 'already shows the call as a landing would write it',
  none: 'would change nothing',
};

function comparison({ destination, landing, fault }: ShownComparison, settings: RowSettings): Html {
  const { access } = settings;
  if (landing === undefined) {
    const why = fault === undefined ? 'its adapter cannot compare.' : shownText(fault, access, 400);
    return html`<p class="notice" role="status">${destination} could not be asked: ${why}</p>`;
  }
  const { effect, note, fields } = landing;
  return html`<p class="notice" role="status">
      ${destination} ${effects[effect]}. ${shownText(note, access, 400)}
    </p>
    ${fields.length === 0 ? undefined : changeTable('What would land now', fields, settings)}`;
}

interface Change {
  readonly field: string;
  readonly before?: string | undefined;
  readonly after: string;
}

function changeTable(caption: string, changes: readonly Change[], { access }: RowSettings): Html {
  return table<Change>({
    caption,
    empty: '',
    rows: changes,
    columns: [
      { name: 'Field', kind: 'main', cell: ({ field }) => html`<code>${shownText(field, access)}</code>` },
      {
        name: 'Now',
        kind: 'wide',
        cell: ({ before }) =>
          before === undefined || before === ''
            ? html`<span class="soft">empty</span>`
            : html`<del>${shownText(before, access)}</del>`,
      },
      {
        name: 'Then',
        kind: 'wide',
        cell: ({ after }) => html`<ins>${shownText(after, access)}</ins>`,
      },
    ],
  });
}

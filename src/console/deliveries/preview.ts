import type { FieldChange } from '../../store/lookup/field-changes.ts';
import type { Replayable } from '../../store/lookup/replay/replay-filter.ts';
import type { DestinationPreview, ReplayPreview } from '../../store/lookup/replay/replay-preview.ts';
import { deliveriesText, passedOverLines } from '../../store/lookup/replay/replay-words.ts';
import { html, type Html } from '../../web/html.ts';
import { link } from '../own-link.ts';
import { table } from '../table.ts';
import { whyText } from './groups.ts';
import { deliveryChip } from './state-chip.ts';

/** The changes that one landing would make, as far as the store knows. */
export type Difference =
  /** The destination has no record of the call yet. */
  | { readonly kind: 'new' }
  /** The destination keeps no note of the written fields, so the whole record is written again. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'changes'; readonly changes: readonly FieldChange[] };

/** One of the first deliveries of the preview. */
export interface Example extends Replayable {
  readonly destination: string;
  readonly difference: Difference | undefined;
}

/** The cost of a replay at one destination. */
export interface Cost {
  /** The approximate number of requests. Undefined if the destination does not count them. */
  readonly requests: number | undefined;
  /** The used share of the day's requests, 0 to 1, if this process knows it. */
  readonly usedShare: number | undefined;
}

export interface PreviewShown {
  readonly preview: ReplayPreview;
  readonly examples: readonly Example[];
  readonly costOf: (destination: string, deliveries: number) => Cost;
  /** The form that starts the replay. */
  readonly form: Html | undefined;
  readonly safe: (text: string) => string;
}

const changesShownMax = 6;

/**
 * Shows how many deliveries a replay makes due, which ones it passes over and why, its cost, and the first
 * deliveries.
 */
export function previewContent({ preview, examples, costOf, form, ...rest }: PreviewShown): Html {
  const { safe } = rest;
  const shown = preview.destinations.filter(({ counts }) => counts.size > 0);
  const isMore = shown.some((one) => one.isMore);
  return html`${shown.length === 0 ? html`<p class="empty">No delivery matches.</p>` : undefined}
  ${shown.map((one) => destinationPart(one, costOf(one.name, one.counts.get('none') ?? 0)))}
  ${
    isMore
      ? html`<p>
          There can be more deliveries than this page counted. A replay counts all of them before it begins,
          and its page shows the number. <code>npm run replay</code> with <code>--dry-run</code> counts them
          without a replay.
        </p>`
      : undefined
  }
  ${preview.absent.map(
    ({ id, isRemoved }) =>
      html`<p class="fault">
        ${isRemoved ? `The call ${id} was removed after its retention.` : `There is no call ${id}.`}
      </p>`,
  )}
  ${form} ${examples.length === 0 ? undefined : exampleTable(examples, safe)}`;
}

function destinationPart({ name, counts, isMore }: DestinationPreview, { requests, usedShare }: Cost): Html {
  const count = counts.get('none') ?? 0;
  return html`<h2>${name}</h2>
    <p class="verdict ${count > 0 ? '' : 'warn'}">
      ${isMore ? 'At least ' : ''}${deliveriesText(count)} would be made due.
    </p>
    <ul>
      ${passedOverLines(counts).map((line) => html`<li>${line}</li>`)}
      ${
        requests === undefined || count === 0
          ? undefined
          : html`<li>
              It costs about ${requests.toLocaleString('en')} requests to ${name}. This is an
              estimate.${usedShare === undefined ? '' : ` ${Math.round(usedShare * 100)} % of the day's requests are used.`}
            </li>`
      }
    </ul>`;
}

function exampleTable(examples: readonly Example[], safe: (text: string) => string): Html {
  return html`<h2>The first ${examples.length === 1 ? 'one' : examples.length}</h2>
    ${table<Example>({
      caption: 'The first deliveries that would be made due',
      isCaptionHidden: true,
      empty: '',
      rows: examples,
      columns: [
        {
          name: 'Call',
          kind: 'main',
          cell: ({ id }) => link(`/console/calls/${encodeURIComponent(id)}`, html`<code>${safe(id)}</code>`),
        },
        { name: 'Destination', cell: ({ destination }) => destination },
        { name: 'State', cell: ({ state }) => deliveryChip(state) },
        { name: 'Why', kind: 'wide', cell: ({ reason, remedy }) => whyText(reason, remedy, safe) },
        {
          name: 'What would change',
          kind: 'wide',
          cell: ({ difference }) => (difference === undefined ? undefined : differenceText(difference, safe)),
        },
      ],
    })}`;
}

function differenceText(difference: Difference, safe: (text: string) => string): Html {
  if (difference.kind === 'new') return html`A new record`;
  if (difference.kind === 'unknown') return html`The whole record is written again`;
  const { changes } = difference;
  if (changes.length === 0) return html`Nothing: the fields are equal`;
  const more = changes.length - changesShownMax;
  return html`<div>
    ${changes.slice(0, changesShownMax).map(
      ({ field, before, after }) =>
        html`<div>
          <code>${field}</code> ${before === undefined ? undefined : html`<del>${safe(before)}</del>`}
          <ins>${safe(after)}</ins>
        </div>`,
    )}
    ${more > 0 ? html`<small>and ${more} more</small>` : undefined}
  </div>`;
}

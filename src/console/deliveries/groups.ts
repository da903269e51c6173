import type { DeliveryState } from '../../store/deliveries.ts';
import type { DeliveryGroup } from '../../store/lookup/delivery-groups.ts';
import { html, type Html } from '../../web/html.ts';
import { link, withQuery } from '../own-link.ts';
import { shownTime } from '../shown-time.ts';
import { table } from '../table.ts';
import { previewPath } from './filter-form.ts';
import { deliveryChip } from './state-chip.ts';

export interface GroupsShown {
  readonly groups: readonly DeliveryGroup[];
  /** The names of the enabled destinations. */
  readonly enabled: readonly string[];
  readonly timeZone: string;
  readonly nowMs: number;
  /** Prepares a text for this person: numbers are masked for a viewer. */
  readonly safe: (text: string) => string;
}

/** The deliveries by destination, state and code, each with a link to its preview. */
export function groupTable({ groups, enabled, timeZone, nowMs, safe }: GroupsShown): Html {
  return table<DeliveryGroup>({
    caption: 'Deliveries by destination, state and code',
    isCaptionHidden: true,
    empty: 'There are no deliveries yet.',
    rows: [...groups].sort((one, other) => rankOf(one) - rankOf(other)),
    columns: [
      {
        name: 'Destination',
        kind: 'main',
        cell: ({ destination }) =>
          enabled.includes(destination)
            ? destination
            : html`<span>${destination} <small>(not enabled)</small></span>`,
      },
      { name: 'State', cell: ({ state }) => deliveryChip(state) },
      { name: 'Code', cell: ({ code }) => code ?? undefined },
      { name: 'Count', kind: 'number', cell: countText },
      {
        name: 'Last tried',
        cell: ({ lastTriedAtMs }) => shownTime(lastTriedAtMs ?? undefined, timeZone, nowMs),
      },
      {
        name: 'Why, and what to do',
        kind: 'wide',
        cell: ({ reason, remedy }) => whyText(reason, remedy, safe),
      },
      {
        name: 'Replay',
        cell: ({ destination, state, code }) =>
          link(
            withQuery(previewPath, { destination, state, code: code ?? undefined }),
            html`Preview<span class="unseen"> of ${destination}, ${state} ${code ?? ''}</span>`,
          ),
      },
    ],
  });
}

// Groups that need a person come first.
const order: readonly DeliveryState[] = ['rejected', 'exhausted', 'due', 'skipped', 'delivered'];

function rankOf({ state }: DeliveryGroup): number {
  return order.indexOf(state);
}

function countText({ deliveries, isMore }: DeliveryGroup): string {
  return `${isMore ? 'at least ' : ''}${deliveries.toLocaleString('en')}`;
}

/** A reason and its remedy, in two lines. */
export function whyText(
  reason: string | null,
  remedy: string | null,
  safe: (text: string) => string,
): Html | undefined {
  if (reason === null && remedy === null) return undefined;
  const todo = remedy === null ? undefined : html`<br /><small>${safe(remedy)}</small>`;
  return html`<span>${safe(reason ?? '')}${todo}</span>`;
}

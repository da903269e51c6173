import { html, type Html } from '../../web/html.ts';

/** A cell of the map. */
export interface HeatCell {
  /** 1 = Monday */
  readonly weekday: number;
  readonly hour: number;
  readonly value: number;
  /** The text of the tooltip. */
  readonly title: string;
}

const left = 10;
const rowPx = 22;
const hours = 24;
const steps = 5;
const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A map of weekdays and hours: the more calls, the darker the cell. Give the same figures in a table beside it. */
export function heatMap(cells: readonly HeatCell[], label: string): Html {
  const most = Math.max(1, ...cells.map(({ value }) => value));
  const width = (100 - left) / hours;
  const stepOf = (value: number): number => (value === 0 ? 0 : Math.ceil((value / most) * steps));
  return html`<svg class="plot heat" role="img" aria-label="${label}" width="100%" height="${7 * rowPx + 20}">
      ${days.map((day, index) => html`<text x="0" y="${index * rowPx + 15}">${day}</text>`)}
      ${cells.map(
        ({ weekday, hour, value, title }) =>
          html`<rect
            class="heat-${stepOf(value)}"
            x="${(left + hour * width).toFixed(2)}%"
            width="${(width - 0.4).toFixed(2)}%"
            y="${(weekday - 1) * rowPx}"
            height="${rowPx - 2}"
          >
            <title>${title}</title>
          </rect>`,
      )}
      ${[0, 6, 12, 18].map(
        (hour) =>
          html`<text x="${(left + hour * width).toFixed(2)}%" y="${7 * rowPx + 15}"
            >${String(hour).padStart(2, '0')}:00</text
          >`,
      )}
    </svg>
    <ul class="legend">
      ${Array.from({ length: steps + 1 }, (_none, step) => legendStep(step, most))}
    </ul>`;
}

/** The values of each step, from the lightest on. A step without a whole number is omitted. */
function legendStep(step: number, most: number): Html {
  const first = step === 0 ? 0 : Math.floor(((step - 1) * most) / steps) + 1;
  const last = Math.floor((step * most) / steps);
  if (step > 0 && first > last) return html``;
  const range = first === last ? String(first) : `${first} to ${last}`;
  return html`<li>
    <svg class="swatch" aria-hidden="true"><rect class="heat-${step}" width="12" height="12"></rect></svg>
    ${range}
  </li>`;
}

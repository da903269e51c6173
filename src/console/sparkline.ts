import { html, type Html } from '../web/html.ts';

/** One bar of a chart. */
export interface Bar {
  readonly value: number;
  /** The text of the tooltip. */
  readonly title: string;
}

const barWidth = 6;
const gap = 2;
const height = 48;

/** A small chart of bars. Give the same figures in words or a table beside it. */
export function sparkline(bars: readonly Bar[], label: string): Html {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const width = bars.length * (barWidth + gap);
  return html`<svg
    class="spark"
    role="img"
    aria-label="${label}"
    viewBox="0 0 ${width} ${height}"
    preserveAspectRatio="none"
  >
    <line x1="0" x2="${width}" y1="${height}" y2="${height}"></line>
    ${bars.map(({ value, title }, index) => {
      const tall = value === 0 ? 0 : Math.max(2, Math.round((value / most) * height));
      return html`<rect
        x="${index * (barWidth + gap)}"
        y="${height - tall}"
        width="${barWidth}"
        height="${tall}"
      >
        <title>${title}</title>
      </rect>`;
    })}
  </svg>`;
}

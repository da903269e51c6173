import { cutText } from '../../domain/cut-text.ts';
import { html, type Html } from '../../web/html.ts';
import type { ChartPart } from './column-chart.ts';

/** A row of a chart: its name, and the parts of its bar from the left. */
export interface RankRow {
  readonly name: string;
  readonly parts: readonly ChartPart[];
}

const rowPx = 34;
const barPx = 12;
const nameMax = 36;

/** A chart of bars from left to right, one below the other. Give the same figures in a table beside it. */
export function rankChart(rows: readonly RankRow[], label: string): Html {
  const sums = rows.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const most = Math.max(1, ...sums);
  return html`<svg class="plot" role="img" aria-label="${label}" width="100%" height="${rows.length * rowPx}">
    ${rows.map(({ name, parts }, index) => {
      const y = index * rowPx;
      return html`<text x="0" y="${y + 13}">${shortened(name)}</text>
        <text x="100%" y="${y + 13}" text-anchor="end">${(sums[index] ?? 0).toLocaleString('en')}</text>
        <line x1="0" x2="100%" y1="${y + 18 + barPx}" y2="${y + 18 + barPx}"></line>
        ${bar(parts, y + 18, most)}`;
    })}
  </svg>`;
}

function bar(parts: readonly ChartPart[], y: number, most: number): Html[] {
  let before = 0;
  return parts
    .filter(({ value }) => value > 0)
    .map(({ value, tone, title }) => {
      const x = (before / most) * 100;
      before += value;
      return html`<rect
        class="fill-${tone}"
        x="${x.toFixed(2)}%"
        width="${((value / most) * 100).toFixed(2)}%"
        y="${y}"
        height="${barPx}"
      >
        <title>${title}</title>
      </rect>`;
    });
}

function shortened(name: string): string {
  return name.length > nameMax ? `${cutText(name, nameMax)} …` : name;
}

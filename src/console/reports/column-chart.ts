import type { ChartSeries } from '../../reporting/reports/report.ts';
import { html, type Html } from '../../web/html.ts';

/** A bar of a chart, made of parts from the bottom. */
export interface ColumnBar {
  /** The text below the bar. Not every bar has room for it. */
  readonly axis: string;
  readonly parts: readonly ChartPart[];
}

export interface ChartPart {
  readonly value: number;
  readonly tone: ChartSeries['tone'];
  /** The text of the tooltip. */
  readonly title: string;
}

export interface ColumnChart {
  readonly bars: readonly ColumnBar[];
  /** A sentence about what the picture shows. */
  readonly label: string;
  /** The value at the top of the chart, if it is fixed. */
  readonly top?: number;
  /** The unit after the figures of the scale, such as `%`. */
  readonly unit?: string;
  /** A value that is marked by a line. */
  readonly target?: number | undefined;
}

// Widths are percents of the picture and heights are pixels, so that the writing keeps its size on a narrow screen.
const left = 9;
const topPx = 12;
const plotPx = 150;
const labelsMost = 7;

/** A chart of stacked bars. Give the same figures in a table beside it. */
export function columnChart({ bars, label, top, unit = '', target }: ColumnChart): Html {
  const most = Math.max(0, ...bars.map(({ parts }) => sumOf(parts)));
  const scale = top ?? roundTop(most);
  const slot = (100 - left) / Math.max(1, bars.length);
  const yOf = (value: number): number => topPx + plotPx * (1 - Math.min(1, value / scale));
  const marks = [0, scale / 2, scale];
  const every = Math.max(1, Math.ceil(bars.length / labelsMost));
  return html`<svg class="plot" role="img" aria-label="${label}" width="100%" height="${topPx + plotPx + 22}">
    ${marks.map(
      (mark) =>
        html`<line x1="${left}%" x2="100%" y1="${yOf(mark)}" y2="${yOf(mark)}"></line>
          <text x="${left - 1}%" y="${yOf(mark) + 4}" text-anchor="end">${shortFigure(mark)}${unit}</text>`,
    )}
    ${bars.map(({ axis, parts }, index) => {
      const x = left + index * slot;
      const name =
        index % every === 0
          ? html`<text x="${fixed(x + slot / 2)}%" y="${topPx + plotPx + 16}" text-anchor="middle"
              >${axis}</text
            >`
          : undefined;
      return html`${stack(parts, fixed(x + slot * 0.1), fixed(slot * 0.8), yOf)}${name}`;
    })}
    ${
      target === undefined
        ? undefined
        : html`<line class="target" x1="${left}%" x2="100%" y1="${yOf(target)}" y2="${yOf(target)}">
            <title>Target: ${target} ${unit}</title>
          </line>`
    }
  </svg>`;
}

function stack(
  parts: readonly ChartPart[],
  x: number,
  width: number,
  yOf: (value: number) => number,
): Html[] {
  let below = 0;
  return parts
    .filter(({ value }) => value > 0)
    .map(({ value, tone, title }) => {
      const bottom = yOf(below);
      below += value;
      const height = Math.max(1, bottom - yOf(below) - 1);
      return html`<rect
        class="fill-${tone}"
        x="${x}%"
        width="${width}%"
        y="${fixed(bottom - height)}"
        height="${fixed(height)}"
      >
        <title>${title}</title>
      </rect>`;
    });
}

function sumOf(parts: readonly ChartPart[]): number {
  return parts.reduce((sum, { value }) => sum + value, 0);
}

/** The next round value whose half is a whole number. */
function roundTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  const step = [2, 4, 6, 8, 10, 20].find((each) => each * power >= most) ?? 20;
  return power === 1 || step > 1 ? step * power : 2;
}

function shortFigure(value: number): string {
  return value >= 10_000
    ? `${(value / 1_000).toLocaleString('en', { maximumFractionDigits: 1 })}k`
    : value.toLocaleString('en');
}

function fixed(value: number): number {
  return Number(value.toFixed(2));
}

import type { ReportRow } from '../../reporting/reports/ask-statement.ts';
import type { SectionAnswer } from '../../reporting/reports/read-section.ts';
import type { ChartSeries, ReportQuestion, ReportedColumn } from '../../reporting/reports/report.ts';
import { columnsOf } from '../../reporting/reports/section-statements.ts';
import { html, type Html } from '../../web/html.ts';
import { columnChart, type ChartPart } from './column-chart.ts';
import { heatMap } from './heat-map.ts';
import { rankChart } from './rank-chart.ts';
import { shortDay, shownWord, type ValueSettings } from './shown-value.ts';

export interface ChartSettings extends ValueSettings {
  readonly question: ReportQuestion;
  /** The target of the service level, in percent. */
  readonly target: number | undefined;
}

const ranksMax = 12;
const weekdays = [1, 2, 3, 4, 5, 6, 7];
const hours = Array.from({ length: 24 }, (_none, hour) => hour);

/** The chart of a section. Undefined for a section without one, and without rows. */
export function sectionChart(answer: SectionAnswer, settings: ChartSettings): Html | undefined {
  const { section, rows } = answer;
  const { chart, title } = section;
  if (chart === undefined || rows.length === 0) return undefined;
  const label = `${title}. The table has the same figures.`;
  if (chart.kind === 'columns') {
    const bars = slotsOf(answer, settings).map(({ name, axis, row }) => ({
      axis,
      parts: partsOf(chart.series, row, name),
    }));
    return html`${columnChart({ bars, label })}${legend(chart.series)}`;
  }
  if (chart.kind === 'percent') {
    const bars = slotsOf(answer, settings).map(({ name, axis, row }) => {
      const value = figure(row, chart.column);
      const title = `${name}: ${value.toFixed(1)} %, ${figure(row, chart.part)} of ${figure(row, chart.whole)} calls`;
      return { axis, parts: [{ value, tone: 'accent' as const, title }] };
    });
    const target = chart.column === 'in_time_percent' ? settings.target : undefined;
    return columnChart({ bars, label, top: 100, unit: '%', target });
  }
  if (chart.kind === 'ranks') {
    const ranked = rows.slice(0, ranksMax).map((row) => {
      const name = rowName(answer, row, settings, chart.rowName);
      return { name, parts: partsOf(chart.series, row, name) };
    });
    return html`${rankChart(ranked, label)}${chart.series.length > 1 ? legend(chart.series) : undefined}
    ${rows.length > ranksMax ? html`<p class="soft">The chart has the first ${ranksMax} rows.</p>` : undefined}`;
  }
  const cells = weekdays.flatMap((weekday) =>
    hours.map((hour) => {
      const row = rows.find((each) => each['local_weekday'] === weekday && each['local_hour'] === hour);
      const value = figure(row, chart.column);
      const name = `${nameOf(answer, 'local_weekday', weekday, settings)} ${nameOf(answer, 'local_hour', hour, settings)}`;
      return {
        weekday,
        hour,
        value,
        title: `${name}: ${value} calls, ${figure(row, chart.part)} ${chart.part}`,
      };
    }),
  );
  return heatMap(cells, label);
}

interface Slot {
  /** For the tooltip. */
  readonly name: string;
  /** For the axis. */
  readonly axis: string;
  readonly row: ReportRow | undefined;
}

/** The days, hours or weekdays of a chart in order, including those without a row. */
function slotsOf(answer: SectionAnswer, settings: ChartSettings): Slot[] {
  const [key] = answer.section.keys;
  if (key === undefined) return [];
  const byKey = new Map(answer.rows.map((row) => [row[key.name], row]));
  const values =
    key.name === 'local_date' ? daysOf(settings.question) : key.name === 'local_hour' ? hours : weekdays;
  return values.map((value) => {
    const name = shownWord(key, value, settings);
    const axis = typeof value === 'string' ? shortDay(value) : name.slice(0, key.shownAs === 'hour' ? 2 : 3);
    return { name, axis, row: byKey.get(value) };
  });
}

function daysOf({ from, to }: ReportQuestion): string[] {
  const days: string[] = [];
  for (let atMs = Date.parse(from); atMs <= Date.parse(to); atMs += 86_400_000)
    days.push(new Date(atMs).toISOString().slice(0, 10));
  return days;
}

function partsOf(series: readonly ChartSeries[], row: ReportRow | undefined, name: string): ChartPart[] {
  const parts = series.map(({ name: what, columns, tone }) => ({
    ...{ what, tone },
    value: columns.reduce((sum, column) => sum + figure(row, column), 0),
  }));
  const all = parts.reduce((sum, { value }) => sum + value, 0);
  return parts.map(({ what, tone, value }) => {
    const of = series.length > 1 ? ` of ${all.toLocaleString('en')}` : '';
    return { tone, value, title: `${name}: ${what} ${value.toLocaleString('en')}${of}` };
  });
}

function rowName(
  { section }: SectionAnswer,
  row: ReportRow,
  settings: ValueSettings,
  form: string | undefined,
): string {
  const wordOf = (column: ReportedColumn): string =>
    row[column.name] == null ? (column.empty ?? '') : shownWord(column, row[column.name] ?? null, settings);
  if (form === undefined)
    return section.keys
      .map(wordOf)
      .filter((word) => word !== '')
      .join(' · ');
  return form.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const column = columnsOf(section).find((each) => each.name === name);
    return column === undefined ? '' : wordOf(column);
  });
}

function nameOf({ section }: SectionAnswer, key: string, value: number, settings: ValueSettings): string {
  const column = section.keys.find(({ name }) => name === key);
  return column === undefined ? String(value) : shownWord(column, value, settings);
}

function legend(series: readonly ChartSeries[]): Html {
  return html`<ul class="legend">
    ${series.map(
      ({ name, tone }) =>
        html`<li>
          <svg class="swatch" aria-hidden="true">
            <rect class="fill-${tone}" width="12" height="12"></rect>
          </svg>
          ${name}
        </li>`,
    )}
  </ul>`;
}

function figure(row: ReportRow | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

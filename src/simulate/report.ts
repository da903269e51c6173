import type { ExpectedCall } from './landed.ts';
import type { SentCounts } from './sent-calls.ts';
import type { LandedRow } from './reporting-reader.ts';

const differencesShown = 20;

/** The sent pushes and their answers, as lines of a table. */
export function reportSending(counts: SentCounts, seconds: number): string[] {
  const answers = [...counts.answers].sort(([a], [b]) => (a < b ? -1 : 1));
  const perSecond = seconds > 0 ? (counts.pushesSent / seconds).toFixed(0) : '-';
  return [
    ...table(
      ['pushes', 'number'],
      [
        ['sent', counts.pushesSent],
        ...answers.map(([answer, number]): [string, number] => [`  answered ${answer}`, number]),
        ['  warnings in the answers', counts.warnings],
        ['lists of pushes sent', counts.listsSent],
        ['retried', counts.retried],
        ['broken bodies sent', counts.brokenSent],
        ['  refused', counts.brokenRefused],
      ],
    ),
    `In ${seconds.toFixed(1)} s, ${perSecond} pushes per second.`,
  ];
}

/** Counts calls by direction and status: expected and landed. */
export function reportLanding(expected: readonly ExpectedCall[], rows: readonly LandedRow[]): string[] {
  const expectedCounts = countBy(expected);
  const landedCounts = countBy(rows);
  const keys = [...new Set([...expectedCounts.keys(), ...landedCounts.keys()])].sort();
  return table(
    ['calls', 'expected', 'landed'],
    [
      ...keys.map((key): [string, number, number] => [
        key,
        expectedCounts.get(key) ?? 0,
        landedCounts.get(key) ?? 0,
      ]),
      ['all', expected.length, rows.length],
    ],
  );
}

export function reportDifferences(differences: readonly string[]): string[] {
  if (differences.length === 0) return [];
  const shown = differences.slice(0, differencesShown).map((difference) => `  ${difference}`);
  const more = differences.length - shown.length;
  return [
    `${differences.length} difference${differences.length === 1 ? '' : 's'}:`,
    ...shown,
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

function countBy(calls: readonly { direction: string; status: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { direction, status } of calls) {
    const key = `${direction} ${status}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  const rule = '-'.repeat(lines[0]?.length ?? 0);
  return [lines[0] ?? '', rule, ...lines.slice(1)];
}

/** A fault as a row of the table at the end. */
export interface TableRow {
  readonly fault: string;
  readonly did: readonly string[];
  readonly balance: string;
  readonly verdict: 'passed' | 'FAILED' | 'skipped';
  readonly seconds: number;
  readonly seed: number;
}

/** The faults in the order of their numbers, as a Markdown table. */
export function faultTable(rows: readonly TableRow[]): string {
  const numberOf = ({ fault }: TableRow): number => Number(/^\d+/.exec(fault)?.[0] ?? Infinity);
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = [...rows]
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map(({ fault, did, balance, verdict, seconds, seed }) =>
      [fault, did.join('<br>'), balance, `${verdict} (${Math.round(seconds)} s, seed ${seed})`].map(cell),
    );
  return [['fault', 'what happened', 'balance', 'verdict'], ['---', '---', '---', '---'], ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The result of one part of the bench. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  readonly checks: readonly Check[];
}

/** A figure with its target. A missed `must` makes the bench fail. */
export interface Check {
  readonly kind: 'must' | 'goal';
  readonly ok: boolean;
  readonly text: string;
}

export function atLeast(kind: Check['kind'], value: number, least: number, what: string): Check {
  return { kind, ok: value >= least, text: `${value.toFixed(2)} ${what} (at least ${least})` };
}

/** A missing figure (NaN) counts as missed. */
export function under(kind: Check['kind'], value: number, most: number, what: string): Check {
  return { kind, ok: value < most, text: `${value.toFixed(2)} ${what} (under ${most})` };
}

export function noFailures(count: number): Check {
  return { kind: 'must', ok: count === 0, text: `${count} answers other than 2xx, or broken connections` };
}

/** The section as plain text. */
export function sectionText({ title, lines, checks }: Section): string {
  const verdicts = checks.map(({ kind, ok, text }) => `${kind}  ${ok ? 'reached' : 'MISSED '}  ${text}`);
  return [title, '', ...lines, '', ...verdicts, ''].map((line) => `${line}\n`).join('');
}

export function passes({ checks }: Section): boolean {
  return checks.every(({ kind, ok }) => ok || kind === 'goal');
}

export function megabytes(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '- MB' : `${Math.round(value)} MB`;
}

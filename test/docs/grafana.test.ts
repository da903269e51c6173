import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { ask } from '../fixtures/ask.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshReporting, type FreshReporting } from '../fixtures/fresh-reporting.ts';
import { knownCalls } from '../reporting/views/known-calls.ts';

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly rawSql: string }[];
}

const { panels } = JSON.parse(
  readFileSync(new URL('../../docs/grafana/jet-calls.json', import.meta.url), 'utf8'),
) as { panels: readonly Panel[] };

/** The first row of each panel over the week from 6 July 2026, as numbers and texts. */
const firstRows: Readonly<Record<string, readonly unknown[]>> = {
  'Inbound calls': [314, 202, 112],
  'Calls by day': ['2026-07-06', 162, 24, 36, 22, 18, 8, 4],
  'Follow-up of missed calls': ['cannot_follow', 4],
  'Missed and still waiting': ['+61400000708', 'Sales', 1, '2026-07-06', '2026-07-06'],
  'Service level by service': ['Sales', 160, 56.3, 56.3, 0],
  'Calls by weekday and hour': [1, 0, 0, 0],
  'Sources and campaigns': [null, null, null, 214, 198, 102, 0],
  Extensions: ['201', 90, 10, 11_700],
  'Attribution health': ['2026-07-06', 274, 60, 60, 20],
};

describe('the Grafana dashboard', () => {
  it('the Grafana dashboard has the panels that are tested here', () => {
    expect(panels.map(({ title }) => title)).toEqual(Object.keys(firstRows));
  });
});

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the panels of the Grafana dashboard on ${engine.title}`, () => {
    let fresh: FreshReporting;
    let database: Database;

    beforeAll(async () => {
      fresh = await openFreshReporting(engine, knownCalls);
      ({ database } = fresh);
    });

    afterAll(async () => {
      await fresh.close();
    });

    it.each(panels.map((panel) => [panel.title, panel] as const))(
      'the panel of the Grafana dashboard shows its rows: %s',
      async (title, { targets }) => {
        expect(targets).toHaveLength(1);
        const sql = (targets[0]?.rawSql ?? '')
          .replaceAll('${__from:date:YYYY-MM-DD}', '2026-07-06')
          .replaceAll('${__to:date:YYYY-MM-DD}', '2026-07-12');
        expect(sql).not.toContain('$');
        const [row = {}] = await ask(database, sql);
        const wanted = firstRows[title] ?? [];
        expect(Object.values(row).map((value, index) => like(value, wanted[index]))).toEqual(wanted);
      },
    );
  });
}

/** A driver's value as the wanted one is written: days as text, sums as numbers. */
function like(value: unknown, wanted: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (typeof wanted === 'number') return Number(value);
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2} /.test(value) ? value.slice(0, 10) : value;
}

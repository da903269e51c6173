import { describe, expect, it } from 'vitest';
import { reportTables } from '../../src/reporting/calendar/report-tables.ts';
import { reportViews } from '../../src/reporting/views/report-views.ts';
import { viewsDocument } from '../../src/reporting/views/views-document.ts';

const described = [...reportViews, ...reportTables];

describe('the description of the views', () => {
  it('the description of the views equals docs/reporting-views.md', async () => {
    await expect(viewsDocument()).toMatchFileSnapshot('../../docs/reporting-views.md');
  });

  it.each(described.map((view) => [view.name, view] as const))(
    'the description of the views describes each column of %s',
    (_name, view) => {
      expect(view.meaning).toMatch(/\.$/);
      for (const { name, meaning } of view.columns) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(meaning, name).toMatch(/\w.*[.`]$/);
      }
    },
  );

  it('the description of the views fits the comments of MySQL, which hold 1,024 characters', () => {
    for (const { columns } of described)
      for (const { meaning } of columns) expect(meaning.length).toBeLessThanOrEqual(1_024);
  });
});

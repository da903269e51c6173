import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const { parseCSV } = require('jsforce/lib/csv.js') as {
  parseCSV: (text: string, options?: Record<string, unknown>) => Record<string, unknown>[];
};

// package.json overrides the version of csv-parse that jsforce asks for.
describe('the CSV parser below jsforce', () => {
  it('the CSV parser reads what jsforce gives it', () => {
    expect(parseCSV('Id,Name\r\n1,"a, ""b"""\r\n')).toEqual([{ Id: '1', Name: 'a, "b"' }]);
  });

  it('the CSV parser reads a column named __proto__ as a column', () => {
    const [row] = parseCSV('__proto__,__proto__\nA,B\n', { group_columns_by_name: true });
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });
});

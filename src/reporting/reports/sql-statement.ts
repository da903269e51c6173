import type { DialectName } from '../../database/database.ts';

/** A part of SQL. Each `?` in the text is a value that is bound, in order. */
export interface SqlStatement {
  readonly text: string;
  readonly values: readonly string[];
}

/** A template of SQL. Texts in it become bound values; parts of SQL become part of it. */
export function sql(
  parts: TemplateStringsArray,
  ...inserted: readonly (SqlStatement | string)[]
): SqlStatement {
  let text = parts[0] ?? '';
  const values: string[] = [];
  inserted.forEach((each, index) => {
    const isValue = typeof each === 'string';
    text += (isValue ? '?' : each.text) + (parts[index + 1] ?? '');
    values.push(...(isValue ? [each] : each.values));
  });
  return { text, values };
}

/** Our own text as SQL. It must not hold a question mark. */
export function plainSql(text: string): SqlStatement {
  return { text, values: [] };
}

/** The statement with its values written into it, so that it runs unchanged in any tool. */
export function runnableSql({ text, values }: SqlStatement, dialect: DialectName): string {
  let index = -1;
  return text.replace(/\?/g, () => literal(values[(index += 1)] ?? '', dialect));
}

function literal(value: string, dialect: DialectName): string {
  // A tool may read a backslash as an escape, and a page replaces invisible characters.
  const isPlain = !/[\\\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(value);
  if (isPlain) return `'${value.replaceAll("'", "''")}'`;
  return hexText[dialect](Buffer.from(value, 'utf8').toString('hex'));
}

const hexText: Readonly<Record<DialectName, (hex: string) => string>> = {
  sqlite: (hex) => `CAST(X'${hex}' AS TEXT)`,
  postgres: (hex) => `convert_from(decode('${hex}', 'hex'), 'UTF8')`,
  mysql: (hex) => `_utf8mb4 X'${hex}'`,
};

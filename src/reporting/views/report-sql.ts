import type { DialectName } from '../../database/database.ts';

/** The parts of SQL in which the databases differ. Everything else in the views is the same SQL. */
export interface ReportSql {
  /**
   * A subquery in FROM can read the tables before it (LATERAL), and the planner then joins it row by row. MariaDB
   * has no LATERAL.
   */
  readonly hasLateral: boolean;
  /** An instant, moved by a number of hours. */
  readonly addHours: (instant: string, hours: string) => string;
  /** Whole seconds between two instants, rounded. */
  readonly secondsBetween: (from: string, to: string) => string;
  /** The present instant, in UTC. */
  readonly now: string;
  /** A sum as an integer, and a quotient as a floating-point number. */
  readonly asInteger: (expression: string) => string;
  readonly asNumber: (expression: string) => string;
}

export const reportSql: Readonly<Record<DialectName, ReportSql>> = {
  sqlite: {
    hasLateral: false,
    addHours: (instant, hours) => `strftime('%Y-%m-%d %H:%M:%f', ${instant}, (${hours}) || ' hours')`,
    // Milliseconds first: a Julian day is exact to about 40 microseconds.
    secondsBetween: (from, to) =>
      `CAST(round(round((julianday(${to}) - julianday(${from})) * 86400, 3)) AS INTEGER)`,
    now: "strftime('%Y-%m-%d %H:%M:%f', 'now')",
    asInteger: (expression) => `CAST(${expression} AS INTEGER)`,
    asNumber: (expression) => `CAST(${expression} AS REAL)`,
  },
  postgres: {
    hasLateral: true,
    addHours: (instant, hours) => `(${instant} + (${hours}) * interval '1 hour')`,
    secondsBetween: (from, to) => `CAST(round(extract(epoch FROM ${to} - ${from})) AS integer)`,
    now: 'now()',
    asInteger: (expression) => `CAST(${expression} AS bigint)`,
    asNumber: (expression) => `CAST(${expression} AS double precision)`,
  },
  mysql: {
    hasLateral: false,
    addHours: (instant, hours) => `(${instant} + INTERVAL (${hours}) HOUR)`,
    secondsBetween: (from, to) =>
      `CAST(ROUND(TIMESTAMPDIFF(MICROSECOND, ${from}, ${to}) / 1000000) AS SIGNED)`,
    now: 'UTC_TIMESTAMP(3)',
    asInteger: (expression) => `CAST(${expression} AS SIGNED)`,
    asNumber: (expression) => `(${expression} + 0e0)`,
  },
};

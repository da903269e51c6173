import { reportingTable } from './reporting-column.ts';

/** An index over several columns of `jet_calls`. */
export interface ReportIndex {
  readonly name: string;
  readonly columns: readonly string[];
  /** The rows that the index omits, if the database can do so. */
  readonly where?: string;
  /** For the docs. */
  readonly meaning: string;
}

export const reportIndexes: readonly ReportIndex[] = [
  {
    name: `${reportingTable}_caller`,
    columns: ['counterpart_e164', 'started_at_utc', 'direction', 'status', 'service_name'],
    meaning: 'For the calls of one number, such as the call that returns a missed one.',
  },
  {
    name: `${reportingTable}_day`,
    columns: ['direction', 'local_date', 'local_hour', 'status'],
    meaning: 'For the calls of a period. Name the direction too, or the index does not help.',
  },
  {
    name: `${reportingTable}_click`,
    columns: ['gclid', 'started_at_utc'],
    where: 'gclid IS NOT NULL',
    meaning: 'For the calls of one click.',
  },
];

/** The indexes of earlier versions that these replace. */
export const replacedIndexes = ['counterpart_e164', 'local_date', 'counterpart'].map(
  (name) => `${reportingTable}_${name}`,
);

import type { Upsert } from '../../database/database.ts';
import { foldStatusWord } from '../../domain/call-status.ts';
import { cutText } from '../../domain/cut-text.ts';
import type { JsonTexts } from './json-texts.ts';
import { lookupDigits } from '../../domain/lookup/lookup-digits.ts';
import type { RevisedCall } from '../deliveries.ts';

/** The lengths of the columns by which calls are listed. A longer value is cut, also when it is searched. */
export const listedLengths = { dialStatus: 32, service: 100 } as const;

/**
 * The upsert that writes calls. Beside the record it fills the columns by which calls are listed and searched. They hold
 * only what the pushes say, never a setting.
 * Why: docs/decisions/operator-lists.md
 */
export function callRows(revised: readonly RevisedCall[], texts: JsonTexts): Upsert {
  return {
    table: 'calls',
    columns: [
      'id',
      'stage',
      'revision',
      'record',
      'first_received_at',
      'last_received_at',
      'started_at',
      'dial_status',
      'service',
      'counterpart',
    ],
    key: ['id'],
    long: ['record'],
    rows: revised.map(({ call, revision }) => {
      const { dial_status: status, service_name: service, origin_number, called_number } = call.fields;
      return [
        call.id,
        call.stage,
        revision,
        texts.call(call),
        call.firstReceivedAtMs,
        call.lastReceivedAtMs,
        call.fields.started_at ?? call.firstReceivedAtMs,
        status === undefined ? null : listedStatus(status),
        service === undefined ? null : listedService(service),
        lookupDigits(call.direction === 'inbound' ? origin_number : called_number) ?? null,
      ];
    }),
  };
}

/** A dial status as calls are listed by it. */
export function listedStatus(dialStatus: string): string {
  return cutText(foldStatusWord(dialStatus), listedLengths.dialStatus);
}

/** The name of a service as calls are listed by it. */
export function listedService(service: string): string {
  return cutText(service, listedLengths.service);
}

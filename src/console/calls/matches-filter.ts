import { lookupDigits } from '../../domain/lookup/lookup-digits.ts';
import type { CallFilter } from '../../store/lookup/call-filter.ts';
import type { CallRow } from './call-columns.ts';

/** True when a changed call belongs to a filtered list. It must agree with the filter of the store. */
export function matchesFilter({ call, listed }: CallRow, filter: CallFilter): boolean {
  const { direction, status, services, destination, state, fromMs, toMs, counterparts } = filter;
  const sent = call.direction === 'inbound' ? call.origin_number : call.called_number;
  const isOwed = listed.deliveries.some(
    (delivery) => delivery.destination === destination && (state === undefined || delivery.state === state),
  );
  return (
    (direction === undefined || call.direction === direction) &&
    (status === undefined || call.status === status) &&
    (services === undefined || services.includes(call.service_name ?? '')) &&
    (destination === undefined || isOwed) &&
    (fromMs === undefined || call.started_at >= fromMs) &&
    (toMs === undefined || call.started_at <= toMs) &&
    (counterparts === undefined || counterparts.includes(lookupDigits(sent) ?? ''))
  );
}

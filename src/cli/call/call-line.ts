import type { Call } from '../../domain/call.ts';
import type { ListedDelivery } from '../../store/lookup/list-calls.ts';

/** One call in one line: when, who, the result, and where it landed. */
export function callLine(call: Call, deliveries: readonly ListedDelivery[]): string {
  const { text, offset } = call.started_at_local;
  const landed = deliveries.map(({ destination, state }) => `${destination} ${state}`).join(', ');
  return [
    `${text.slice(0, 19)} ${offset}`,
    call.direction.padEnd(8),
    call.status.padEnd(11),
    call.counterpart_e164 ?? counterpartText(call),
    call.service_name ?? '',
    landed === '' ? 'for no destination' : landed,
    call.call_id,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** The other party's number as Jet sent it. */
export function counterpartText(call: Call): string {
  const sent = call.direction === 'inbound' ? call.origin_number : call.called_number;
  return call.withheld ? 'number withheld' : (sent ?? 'no number');
}

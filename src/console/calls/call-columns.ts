import type { Access } from '../../auth/console-passwords.ts';
import type { Call } from '../../domain/call.ts';
import type { ListedCall, ListedDelivery } from '../../store/lookup/list-calls.ts';
import type { KnownPerson } from '../../store/lookup/known-people.ts';
import { html, type Html } from '../../web/html.ts';
import { chip, type Tone } from '../chip.ts';
import { link } from '../own-link.ts';
import { shownNumber } from '../shown-number.ts';
import { shownTime } from '../shown-time.ts';
import type { Table } from '../table.ts';
import { statusWord } from './call-dependencies.ts';
import { callPath, callRowId } from './call-path.ts';
import { shownText } from './shown-text.ts';

/** A call with the values that its row shows. */
export interface CallRow {
  readonly call: Call;
  readonly listed: ListedCall;
  /** The people with the other party's number, from the ledger. */
  readonly people: readonly KnownPerson[];
}

export interface RowSettings {
  readonly access: Access;
  readonly timeZone: string;
  readonly nowMs: number;
}

/** The columns of the list of calls. */
export function callColumns({
  access,
  timeZone,
  nowMs,
}: RowSettings): Pick<Table<CallRow>, 'columns' | 'rowId' | 'said'> {
  return {
    rowId: ({ call }) => callRowId(call.call_id),
    said: ({ call }) => (isRinging(call) ? 'ringing call' : undefined),
    columns: [
      {
        name: 'Started',
        kind: 'main',
        cell: ({ call }) =>
          link(callPath(call.call_id), shownTime(call.started_at, timeZone, nowMs) ?? 'unknown time'),
      },
      { name: 'Direction', cell: ({ call }) => call.direction },
      { name: 'Status', cell: ({ call }) => statusChip(call) },
      {
        name: 'Caller or called',
        kind: 'wide',
        cell: ({ call, people }) => counterpart(call, people, access),
      },
      { name: 'Service', kind: 'wide', cell: ({ call }) => shownText(call.service_name, access, 60) },
      {
        name: 'Answering point',
        kind: 'wide',
        cell: ({ call }) => shownText(call.answering_point ?? call.extension_name, access, 60),
      },
      { name: 'Wait', kind: 'number', cell: ({ call }) => seconds(call.wait_seconds) },
      { name: 'Duration', kind: 'number', cell: ({ call }) => seconds(call.duration_seconds) },
      { name: 'Destinations', cell: ({ listed }) => deliveryChips(listed.deliveries) },
    ],
  };
}

/** True until a push says that the call was answered or ended. */
export function isRinging({ stage, status }: Pick<Call, 'stage' | 'status'>): boolean {
  return stage === 'call_start' && status === 'in_progress';
}

const tones: Readonly<Record<Call['status'], Tone>> = {
  in_progress: 'idle',
  answered: 'ok',
  missed: 'bad',
  abandoned: 'warn',
  busy: 'warn',
  failed: 'bad',
  unknown: 'idle',
};

export function statusChip(call: Call): Html {
  return chip(isRinging(call) ? 'ringing' : statusWord(call.status), tones[call.status]);
}

function counterpart(call: Call, people: readonly KnownPerson[], access: Access): Html {
  return html`<span>${counterpartText(call, access)} ${peopleLinks(people, access)}</span>`;
}

/** The other party's number, or why there is none. */
export function counterpartText(call: Call, access: Access): string {
  const sent = call.direction === 'inbound' ? call.origin_number : call.called_number;
  if (call.counterpart_e164 !== undefined) return shownNumber(call.counterpart_e164, access);
  return call.withheld ? 'withheld' : (shownText(sent, access, 40) ?? 'no number');
}

/** The people who have a number, each with the page in its CRM. */
export function peopleLinks(people: readonly KnownPerson[], access: Access): Html[] {
  return people.map(
    ({ destination, name, object, id, link: address }) =>
      html`<br /><small
          >${link(address ?? '', shownText(name ?? `${object} ${id}`, access, 60) ?? '')}
          <span class="soft">${destination}</span></small
        >`,
  );
}

const deliveryTones: Readonly<Record<ListedDelivery['state'], Tone>> = {
  due: 'idle',
  delivered: 'ok',
  skipped: 'idle',
  rejected: 'bad',
  exhausted: 'bad',
};

export function deliveryTone({ state, attempts }: Pick<ListedDelivery, 'state' | 'attempts'>): Tone {
  return state === 'due' && attempts > 0 ? 'warn' : deliveryTones[state];
}

function deliveryChips(deliveries: readonly ListedDelivery[]): Html {
  return html`<span>${deliveries.map((delivery) => html`${deliveryChip(delivery)} `)}</span>`;
}

function deliveryChip(delivery: ListedDelivery): Html {
  const { destination, state, attempts, code } = delivery;
  const word = state === 'due' && attempts > 0 ? 'retrying' : state;
  return chip(`${destination} ${word}`, deliveryTone(delivery), code);
}

function seconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value} s`;
}

import type { LandingToday } from '../../app/landings-today.ts';
import type { Call } from '../../domain/call.ts';
import { jetFields } from '../../domain/jet-fields.ts';
import { localTime } from '../../domain/local-time.ts';
import { winningPushes } from '../../domain/lookup/winning-pushes.ts';
import { shownValue } from '../../store/lookup/field-changes.ts';
import { senderName, type CallTrace, type TracedPush } from '../../store/lookup/read-trace.ts';
import { counterpartText } from './call-line.ts';
import { landingLines } from './landing-lines.ts';

export interface ShownTrace {
  readonly trace: CallTrace;
  readonly call: Call;
  readonly today: readonly LandingToday[];
  readonly timeZone: string;
}

/** The trace of one call as lines of text. */
export function traceLines(shown: ShownTrace): string[] {
  const { trace, timeZone } = shown;
  const deliveries = trace.deliveries.flatMap((delivery) =>
    landingLines(
      delivery,
      shown.today.find(({ destination }) => destination === delivery.destination),
      timeZone,
    ),
  );
  return [
    ...headLines(shown),
    '',
    `Pushes (${trace.pushes.length})`,
    ...trace.pushes.flatMap((push) => pushLines(push, trace, timeZone)),
    '',
    'Fields, and the push that gave each',
    ...fieldLines(trace, timeZone),
    '',
    'Destinations',
    ...(deliveries.length === 0 ? ['  No destination gets this call.'] : deliveries),
  ];
}

function headLines({ call, trace }: ShownTrace): string[] {
  const { text, offset } = call.started_at_local;
  const who = call.counterpart_e164 ?? counterpartText(call);
  const parts = [
    ['Service', call.service_name],
    ['Answering point', call.answering_point ?? call.extension_name],
    ['Wait', call.wait_seconds === undefined ? undefined : `${call.wait_seconds} s`],
    ['Duration', call.duration_seconds === undefined ? undefined : `${call.duration_seconds} s`],
    ['Dial status', call.dial_status],
  ] as const;
  return [
    `Call ${call.call_id}`,
    `  ${call.direction}, ${call.status}, revision ${trace.revision}`,
    `  ${'Started'.padEnd(16)} ${text.slice(0, 19)} ${offset} (${call.time_zone})${call.started_at_estimated ? ', estimated from the first push' : ''}`,
    `  ${(call.direction === 'inbound' ? 'Caller' : 'Called').padEnd(16)} ${who}`,
    ...parts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(16)} ${value}`])),
  ];
}

function pushLines(push: TracedPush, trace: CallTrace, timeZone: string): string[] {
  const { text } = localTime(push.receivedAtMs, timeZone);
  return [
    `  ${text}  ${push.stage.padEnd(17)}  ${push.id}  ${senderName(push, trace)}`,
    ...push.warnings.map(
      ({ field, code, received, action }) => `    warning ${code}: ${field} was "${received}"; ${action}`,
    ),
  ];
}

function fieldLines({ pushes, call }: CallTrace, timeZone: string): string[] {
  const byId = new Map(pushes.map((push) => [push.id, push]));
  return winningPushes(pushes).map(({ field, pushId, why }) => {
    const value = valueText(field, call.fields[field], timeZone);
    return `  ${field.padEnd(26)} ${value}  (${byId.get(pushId)?.stage ?? ''}: ${why})`;
  });
}

const instants: ReadonlySet<string> = new Set(
  jetFields.filter(({ kind }) => kind === 'instant').map(({ name }) => name),
);

function valueText(field: string, value: string | number | undefined, timeZone: string): string {
  if (typeof value !== 'number' || !instants.has(field)) return shownValue(value ?? null);
  const { text, offset } = localTime(value, timeZone);
  return `${text} ${offset}`;
}

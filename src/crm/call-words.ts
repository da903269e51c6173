import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Call } from '../domain/call.ts';
import type { LocalTime } from '../domain/local-time.ts';

/** One labelled value of a call. */
export interface CallDetail {
  readonly label: string;
  readonly text: string;
}

const resultWords: Readonly<Record<Call['status'], string>> = {
  in_progress: 'in progress',
  answered: 'answered',
  missed: 'missed',
  abandoned: 'abandoned',
  busy: 'busy',
  failed: 'failed',
  unknown: 'result unknown',
};

/** A call in one line, of any length: `Inbound call from +61 412 345 678 · Sales line · answered 3 min 12 s`. */
export function callTitle(call: Call): string {
  const inbound = call.direction === 'inbound';
  const parts = [
    `${inbound ? 'Inbound call from' : 'Outbound call to'} ${counterpartWords(call)}`,
    inbound ? (call.service_name ?? call.service_group) : extensionWords(call),
    resultOf(call),
  ];
  return parts.flatMap((part) => (part === undefined ? [] : [withoutBreaks(part)])).join(' · ');
}

/**
 * The details of a call that have a value, the most important first.
 * @param incomplete true when the end of the call never came
 */
export function callDetails(call: Call, incomplete = false): readonly CallDetail[] {
  const lines: readonly (readonly [label: string, text: string | undefined])[] = [
    ['Started', localWords(call.started_at_local, call.time_zone)],
    ['Ended', call.ended_at_local && localWords(call.ended_at_local, call.time_zone)],
    ['Result', resultDetail(call)],
    ['Duration', call.duration_seconds === undefined ? undefined : durationWords(call.duration_seconds)],
    ['Waited', call.wait_seconds === undefined ? undefined : durationWords(call.wait_seconds)],
    ['Queued', call.queue_seconds === undefined ? undefined : durationWords(call.queue_seconds)],
    ['From', call.direction === 'inbound' ? counterpartWords(call) : call.calling_number],
    ['To', call.direction === 'inbound' ? call.phone_number : counterpartWords(call)],
    ['Service', call.service_name],
    ['Service group', call.service_group],
    ['Queue', call.queue_name],
    ['Menu choices', call.ivr_labels ?? call.ivr_prompts],
    ['Answering point', call.answering_point],
    ['Extension', extensionWords(call)],
    ['Area', call.geo_label],
    ['Campaign', call.campaign],
    ['Source', call.source],
    ['Medium', call.medium],
    ['Channel', call.channel],
    ['Keywords', call.keywords ?? call.landing_page_keywords],
    ['Landing page', call.landing_page_url],
    ['Referrer', call.referrer_url],
    ['Google click id', call.gclid],
    ['Note', noteOn(call, incomplete)],
    ['Call id', call.call_id],
  ];
  return lines.flatMap(([label, text]) =>
    text === undefined || text.trim() === '' ? [] : [{ label, text: withoutBreaks(text) }],
  );
}

/** A duration as people say it: `3 min 12 s`, `1 h 2 min`. */
export function durationWords(seconds: number): string {
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor((seconds % 3600) / 60),
    Math.floor(seconds % 60),
  ];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

function counterpartWords(call: Call): string {
  if (call.withheld) return 'a withheld number';
  if (call.counterpart_e164 !== undefined)
    return parsePhoneNumberFromString(call.counterpart_e164)?.formatInternational() ?? call.counterpart_e164;
  const received = call.direction === 'inbound' ? call.origin_number : call.called_number;
  return received === undefined || received.trim() === '' ? 'an unknown number' : withoutBreaks(received);
}

function extensionWords(call: Call): string | undefined {
  const number = call.direction === 'inbound' ? call.extension_number : call.calling_extension;
  const named = [number ?? call.extension_number, call.extension_name].filter(
    (part) => part !== undefined && part.trim() !== '',
  );
  return named.length === 0 ? undefined : `extension ${named.join(' ')}`;
}

function resultOf(call: Call): string {
  const isTimed = call.status === 'answered' && call.duration_seconds !== undefined;
  return isTimed
    ? `${resultWords.answered} ${durationWords(call.duration_seconds ?? 0)}`
    : resultWords[call.status];
}

function resultDetail(call: Call): string {
  const word = resultWords[call.status];
  return call.dial_status === undefined ? word : `${word} (${call.dial_status})`;
}

function localWords(time: LocalTime, zone: string): string {
  return `${time.text.slice(0, 19)} ${zone} (UTC${time.offset})`;
}

function noteOn(call: Call, incomplete: boolean): string | undefined {
  const notes = [
    incomplete ? 'the end of this call never came' : undefined,
    call.started_at_estimated ? 'the start is when its first push came' : undefined,
  ].filter((note) => note !== undefined);
  return notes.length === 0 ? undefined : notes.join('; ');
}

/** Keeps a value with line breaks from looking like several details. */
function withoutBreaks(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

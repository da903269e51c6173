import type { Call } from '../domain/call.ts';
import { extraText, readInternalReferrer } from './internal-referrer.ts';
import { jsonColumnText } from './json-column-text.ts';
import { localWeek } from './local-week.ts';
import type { ReportingColumn, ReportingSource, ReportingType, ReportingValue } from './reporting-column.ts';

/**
 * The columns of `jet_calls`: the one source of its migrations, its rows and its dictionary. To add a column, add it
 * here with `since`, the number of a new reporting migration. Names and meanings are a promise to the people who query
 * the table: they change only with a major version.
 */
export const reportingColumns = [
  column('call_id', 'text', {
    length: 191,
    required: true,
    meaning:
      "Jet's callsessionid. Jet gives outbound calls no id, so theirs is made from start, numbers and extension. Primary key.",
  }),
  column('direction', 'text', { length: 10, required: true, meaning: '`inbound` or `outbound`.' }),
  column('stage', 'text', {
    length: 20,
    required: true,
    meaning:
      'The furthest push that arrived: `call_start`, `call_answered`, `call_end` or `call_end_outbound`. The last two are final.',
  }),
  column('status', 'text', {
    length: 12,
    required: true,
    meaning:
      'The result of the call, read only from `dial_status`: `in_progress`, `answered`, `missed`, `abandoned`, `busy`, `failed`, `unknown`.',
  }),
  column('account_number', 'text', {
    length: 64,
    meaning: "Jet's accountnumber: the Jet Interactive account.",
  }),

  column('started_at_utc', 'instant', {
    required: true,
    indexed: true,
    meaning: "Jet's callstarttime: when the call started.",
    of: ({ call }) => call.started_at,
  }),
  column('started_at_local', 'local', {
    required: true,
    meaning: '`started_at_utc` on a clock in `time_zone`.',
    of: ({ call }) => call.started_at_local.text,
  }),
  column('ended_at_utc', 'instant', {
    meaning: "Jet's callendtime: when the call ended.",
    of: ({ call }) => call.ended_at,
  }),
  column('ended_at_local', 'local', {
    meaning: '`ended_at_utc` on a clock in `time_zone`.',
    of: ({ call }) => call.ended_at_local?.text,
  }),
  column('dial_time_utc', 'instant', {
    meaning: "Jet's dialtime: when the answering point started to ring.",
    of: ({ call }) => call.dial_time,
  }),
  column('dial_time_local', 'local', {
    meaning: '`dial_time_utc` on a clock in `time_zone`.',
    of: ({ call }) => call.dial_time_local?.text,
  }),
  column('queued_time_utc', 'instant', {
    meaning: "Jet's queuedtime: when the call was queued.",
    of: ({ call }) => call.queued_time,
  }),
  column('queued_time_local', 'local', {
    meaning: '`queued_time_utc` on a clock in `time_zone`.',
    of: ({ call }) => call.queued_time_local?.text,
  }),
  column('started_at_offset', 'text', {
    length: 6,
    required: true,
    meaning:
      'Offset of `started_at_local` from UTC, such as `+11:00`. It distinguishes the two 2:30s of a clock change.',
    of: ({ call }) => call.started_at_local.offset,
  }),
  column('ended_at_offset', 'text', {
    length: 6,
    meaning: 'Offset of `ended_at_local` from UTC.',
    of: ({ call }) => call.ended_at_local?.offset,
  }),
  column('started_at_estimated', 'boolean', {
    required: true,
    meaning: 'True when no push has a readable start. The start is then the receipt of the first push.',
  }),
  column('time_zone', 'text', { length: 64, required: true, meaning: 'IANA zone of the local times.' }),
  column('local_date', 'date', {
    required: true,
    meaning: 'Day of the start in `time_zone`.',
    of: ({ call }) => call.started_at_local.date,
  }),
  column('local_hour', 'integer', {
    required: true,
    meaning: 'Hour of the start in `time_zone`, 0 to 23.',
    of: ({ call }) => call.started_at_local.hour,
  }),
  column('local_weekday', 'integer', {
    required: true,
    meaning: 'Weekday of the start in `time_zone`, 1 = Monday to 7 = Sunday.',
    of: ({ call }) => call.started_at_local.weekday,
  }),
  column('local_week', 'text', {
    length: 8,
    meaning:
      'ISO week of the start in `time_zone`, such as `2026-W48`: Monday to Sunday. Empty in rows last written before version 0.2.0.',
    of: ({ call }) => localWeek(call.started_at_local.date),
    since: 3,
  }),

  column('origin_number', 'text', {
    length: 128,
    meaning: "Jet's originnumber: the number that started the call, unchanged.",
  }),
  column('origin_number_e164', 'text', {
    length: 20,
    meaning: '`origin_number` as +61…, if it is a readable phone number.',
  }),
  column('phone_number', 'text', {
    length: 128,
    meaning: "Jet's phonenumber: the service number, unchanged.",
  }),
  column('phone_number_e164', 'text', {
    length: 20,
    meaning: '`phone_number` as +61…, if it is a readable phone number.',
  }),
  column('called_number', 'text', {
    length: 128,
    meaning: "Jet's Called Number (outbound): the number that the agent dialled, unchanged.",
  }),
  column('called_number_e164', 'text', {
    length: 20,
    meaning: '`called_number` as +61…, if it is a readable phone number.',
  }),
  column('calling_number', 'text', {
    length: 128,
    meaning: "Jet's Calling Number (outbound): the caller id of the agent, unchanged.",
  }),
  column('calling_number_e164', 'text', {
    length: 20,
    meaning: '`calling_number` as +61…, if it is a readable phone number.',
  }),
  column('calling_extension', 'text', {
    length: 64,
    meaning: "Jet's Calling Extension (outbound): the extension that placed the call.",
  }),
  column('counterpart_e164', 'text', {
    length: 20,
    meaning:
      'The outside party: the origin of an inbound call, the called number of an outbound one. As +61…, if it is a readable phone number.',
  }),
  column('withheld', 'boolean', {
    required: true,
    meaning: 'True when the caller of an inbound call hid the number, or Jet sent none.',
  }),

  column('service_name', 'text', {
    length: 191,
    indexed: true,
    meaning: "Jet's servicename of the service number.",
  }),
  column('service_group', 'text', { length: 191, meaning: "Jet's servicegroup of the service number." }),
  column('number_type', 'text', { length: 64, meaning: "Jet's numbertype of the service number." }),
  column('dial_widget_name', 'text', {
    length: 191,
    meaning: "Jet's dialwidgetname: the last dial widget in the call flow.",
  }),
  column('answering_point', 'text', {
    length: 191,
    meaning: "Jet's answeringpoint: who answered, as a number, an extension or a name.",
  }),
  column('dial_status', 'text', {
    length: 64,
    meaning: "Jet's dialstatus, unchanged. `status` is read from it.",
  }),
  column('queue_name', 'text', { length: 191, meaning: "Jet's queuename: the queue that the call entered." }),
  column('extension_number', 'text', {
    length: 64,
    meaning: "Jet's extensionnumber: the Jet Phone extension.",
  }),
  column('extension_name', 'text', {
    length: 191,
    meaning: "Jet's extensionname: the Jet Phone extension's name.",
  }),
  column('geo_label', 'text', { length: 191, meaning: "Jet's geolabel: the label of the geo routed leg." }),
  column('ivr_prompts', 'long_text', { meaning: "Jet's ivrprompts: all keyed menu values." }),
  column('ivr_labels', 'long_text', { meaning: "Jet's ivrlabels: the labels of the menu values." }),
  column('duration_seconds', 'integer', { meaning: "Jet's duration: the whole call, in seconds." }),
  column('wait_seconds', 'integer', { meaning: 'Seconds from the start until the answering point rang.' }),
  column('queue_seconds', 'integer', {
    meaning: 'Seconds from entering the queue until the answering point rang.',
  }),
  column('answer_received_at_utc', 'instant', {
    meaning:
      'When the answered push arrived here. Jet sends no better answer time. A menu or a queue that answers counts too.',
    of: ({ call }) => call.answer_received_at,
  }),

  column('session_id', 'text', { length: 191, meaning: 'Session of the web visit that led to the call.' }),
  column('page_view_id', 'text', { length: 191, meaning: 'The page view that led to the call.' }),
  column('tracking_site_code', 'text', { length: 64, meaning: 'Tracking code, if several are in use.' }),
  column('user_id', 'text', { length: 191, meaning: "Jet's id of the web visitor." }),
  column('attributes', 'json', {
    meaning:
      'All attribute fields of the web session: a JSON value. A text that is not JSON becomes a JSON string.',
    of: ({ call: { attributes } }) => (attributes === undefined ? undefined : jsonColumnText(attributes)),
  }),
  column('origin_session_id', 'text', {
    length: 191,
    meaning: 'The web session that the conversion belongs to.',
  }),
  column('landing_page_keywords', 'long_text', {
    meaning: "Jet's landingPageKeywords: keywords of the advertisement.",
  }),
  column('google_analytics_client_id', 'text', { length: 191, meaning: "Jet's googleAnalytics.clientId." }),
  column('referrer_url', 'long_text', { meaning: "Jet's referrerUrl: the page whose link was clicked." }),
  column('landing_page_url', 'long_text', {
    meaning: "Jet's landingPageUrl: the page where the visit began.",
  }),
  column('channel', 'text', {
    length: 64,
    meaning: 'How the visitor came: PAID, ORGANIC, DIRECT and so on.',
  }),
  column('source', 'text', { length: 191, meaning: 'Origin of the traffic: a search engine or a domain.' }),
  column('medium', 'text', { length: 191, meaning: 'Category of the source: organic, CPC, referral.' }),
  column('internal_referrer', 'boolean', {
    meaning:
      "Jet's internalReferrer. If Jet sent neither true nor false, the text is in `extra` as `internal_referrer_original`.",
    of: ({ call }) => readInternalReferrer(call.internal_referrer),
  }),
  column('landing_page_domain', 'text', {
    length: 191,
    meaning: 'Domain on which the session was registered.',
  }),
  column('referrer_domain', 'text', { length: 191, meaning: 'Domain that referred the visitor.' }),
  column('keywords', 'long_text', { meaning: 'Search words of the clicked advertisement.' }),
  column('campaign', 'text', {
    length: 1_024,
    meaning: 'The campaign that the advertisement is tagged with.',
  }),
  column('gclid', 'text', { length: 512, meaning: 'Id of the Google Ads click.' }),

  column('extra', 'json', {
    meaning: 'Unknown keys and unreadable values, unchanged: a JSON object.',
    of: ({ call }) => extraText(call),
  }),
  column('revision', 'bigint', {
    required: true,
    meaning: 'Grows each time a push changes the call.',
    of: ({ revision }) => revision,
  }),
  column('first_received_at_utc', 'instant', {
    required: true,
    meaning: 'When the first push of the call arrived.',
    of: ({ call }) => call.first_received_at,
  }),
  column('last_received_at_utc', 'instant', {
    required: true,
    meaning: 'When the latest push of the call arrived.',
    of: ({ call }) => call.last_received_at,
  }),
  column('updated_at_utc', 'instant', {
    required: true,
    indexed: true,
    meaning: 'When this row was last written. For incremental loads.',
    of: ({ updatedAtMs }) => updatedAtMs,
  }),
] as const satisfies readonly ReportingColumn[];

export type ReportingColumnName = (typeof reportingColumns)[number]['name'];

/** A column without `of` holds the call's member of the same name. */
type Rest<Name> = Omit<ReportingColumn, 'name' | 'type' | 'since' | 'of'> & {
  readonly since?: number;
} & (Name extends keyof Call
    ? Call[Name] extends ReportingValue
      ? { readonly of?: ReportingColumn['of'] }
      : { readonly of: ReportingColumn['of'] }
    : { readonly of: ReportingColumn['of'] });

function column<const Name extends string>(
  name: Name,
  type: ReportingType,
  rest: Rest<Name>,
): ReportingColumn & { readonly name: Name } {
  const ofSameName = ({ call }: ReportingSource): ReportingValue =>
    call[name as keyof Call] as ReportingValue;
  const defaults = { since: 1, of: ofSameName };
  return { ...defaults, ...rest, name, type };
}

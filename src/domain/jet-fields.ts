/**
 * The type of a field's value: text, an instant (epoch milliseconds, UTC), a whole number of seconds, or JSON text that
 * is stored unchanged.
 */
export type FieldKind = 'text' | 'instant' | 'seconds' | 'json';

/** The group of a field: the first inbound push that carries it, the web session, or the outbound push. */
export type FieldList = 'start' | 'answered' | 'end' | 'web' | 'outbound';

export interface JetField {
  /** Our name for the field, in the call and in the reporting table. */
  readonly name: string;
  /** Jet's name for the field, as Jet's page spells it. */
  readonly jetName: string;
  readonly kind: FieldKind;
  readonly list: FieldList;
}

/**
 * Every field on Jet's page "Accessing reports via Webhooks": 21 of inbound telephony, 19 of the web session and 7 of
 * the outbound push. Four of the outbound fields share a name with an inbound field, so they are listed only once.
 */
export const jetFields = [
  { name: 'call_session_id', jetName: 'callsessionid', kind: 'text', list: 'start' },
  { name: 'account_number', jetName: 'accountnumber', kind: 'text', list: 'start' },
  { name: 'started_at', jetName: 'callstarttime', kind: 'instant', list: 'start' },
  { name: 'origin_number', jetName: 'originnumber', kind: 'text', list: 'start' },
  { name: 'phone_number', jetName: 'phonenumber', kind: 'text', list: 'start' },
  { name: 'service_name', jetName: 'servicename', kind: 'text', list: 'start' },
  { name: 'service_group', jetName: 'servicegroup', kind: 'text', list: 'start' },
  { name: 'number_type', jetName: 'numbertype', kind: 'text', list: 'start' },

  { name: 'dial_widget_name', jetName: 'dialwidgetname', kind: 'text', list: 'answered' },
  { name: 'answering_point', jetName: 'answeringpoint', kind: 'text', list: 'answered' },
  { name: 'dial_status', jetName: 'dialstatus', kind: 'text', list: 'answered' },
  { name: 'queue_name', jetName: 'queuename', kind: 'text', list: 'answered' },
  { name: 'extension_number', jetName: 'extensionnumber', kind: 'text', list: 'answered' },
  { name: 'extension_name', jetName: 'extensionname', kind: 'text', list: 'answered' },
  { name: 'dial_time', jetName: 'dialtime', kind: 'instant', list: 'answered' },
  { name: 'queued_time', jetName: 'queuedtime', kind: 'instant', list: 'answered' },
  { name: 'geo_label', jetName: 'geolabel', kind: 'text', list: 'answered' },
  { name: 'ivr_prompts', jetName: 'ivrprompts', kind: 'text', list: 'answered' },
  { name: 'ivr_labels', jetName: 'ivrlabels', kind: 'text', list: 'answered' },

  { name: 'duration_seconds', jetName: 'duration', kind: 'seconds', list: 'end' },
  { name: 'ended_at', jetName: 'callendtime', kind: 'instant', list: 'end' },

  { name: 'session_id', jetName: 'session_id', kind: 'text', list: 'web' },
  { name: 'page_view_id', jetName: 'page_view_id', kind: 'text', list: 'web' },
  { name: 'tracking_site_code', jetName: 'tracking_site_code', kind: 'text', list: 'web' },
  { name: 'user_id', jetName: 'user_id', kind: 'text', list: 'web' },
  { name: 'attributes', jetName: 'attributes', kind: 'json', list: 'web' },
  { name: 'origin_session_id', jetName: 'origin_session_id', kind: 'text', list: 'web' },
  { name: 'landing_page_keywords', jetName: 'landingPageKeywords', kind: 'text', list: 'web' },
  { name: 'google_analytics_client_id', jetName: 'googleAnalytics.clientId', kind: 'text', list: 'web' },
  { name: 'referrer_url', jetName: 'referrerUrl', kind: 'text', list: 'web' },
  { name: 'landing_page_url', jetName: 'landingPageUrl', kind: 'text', list: 'web' },
  { name: 'channel', jetName: 'channel', kind: 'text', list: 'web' },
  { name: 'source', jetName: 'source', kind: 'text', list: 'web' },
  { name: 'medium', jetName: 'medium', kind: 'text', list: 'web' },
  { name: 'internal_referrer', jetName: 'internalReferrer', kind: 'text', list: 'web' },
  { name: 'landing_page_domain', jetName: 'landingPageDomain', kind: 'text', list: 'web' },
  { name: 'referrer_domain', jetName: 'referrerDomain', kind: 'text', list: 'web' },
  { name: 'keywords', jetName: 'keywords', kind: 'text', list: 'web' },
  { name: 'campaign', jetName: 'campaign', kind: 'text', list: 'web' },
  { name: 'gclid', jetName: 'gclid', kind: 'text', list: 'web' },

  { name: 'called_number', jetName: 'Called Number', kind: 'text', list: 'outbound' },
  { name: 'calling_number', jetName: 'Calling Number', kind: 'text', list: 'outbound' },
  { name: 'calling_extension', jetName: 'Calling Extension', kind: 'text', list: 'outbound' },
] as const satisfies readonly JetField[];

/** The seven fields of the outbound push. The first four have the same folded key as an inbound field. */
export const outboundJetNames = [
  'call Start Time',
  'Call End Time',
  'Dialstatus',
  'Duration',
  'Called Number',
  'Calling Number',
  'Calling Extension',
] as const;

type FieldOf<Kind extends FieldKind> = Extract<(typeof jetFields)[number], { kind: Kind }>['name'];

/** The values of one push, or of all pushes of a call together. A field without a value is absent. */
export type CallFields = Partial<Record<FieldOf<'text' | 'json'>, string>> &
  Partial<Record<FieldOf<'instant' | 'seconds'>, number>>;

export type CallFieldName = keyof CallFields;

/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

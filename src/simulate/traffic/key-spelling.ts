import { jetFields, outboundJetNames, type CallFieldName } from '../../domain/jet-fields.ts';
import type { Direction } from '../../domain/fold.ts';

/** The key spelling on Jet's page, or one of the spellings that a sender might use instead. */
export type KeySpelling = 'page' | 'camel' | 'snake';

/** Jet's names, split into words. Most names on the page are written as one word. */
const words: Readonly<Record<CallFieldName, string>> = {
  call_session_id: 'call session id',
  account_number: 'account number',
  started_at: 'call start time',
  origin_number: 'origin number',
  phone_number: 'phone number',
  service_name: 'service name',
  service_group: 'service group',
  number_type: 'number type',
  dial_widget_name: 'dial widget name',
  answering_point: 'answering point',
  dial_status: 'dial status',
  queue_name: 'queue name',
  extension_number: 'extension number',
  extension_name: 'extension name',
  dial_time: 'dial time',
  queued_time: 'queued time',
  geo_label: 'geo label',
  ivr_prompts: 'ivr prompts',
  ivr_labels: 'ivr labels',
  duration_seconds: 'duration',
  ended_at: 'call end time',
  session_id: 'session id',
  page_view_id: 'page view id',
  tracking_site_code: 'tracking site code',
  user_id: 'user id',
  attributes: 'attributes',
  origin_session_id: 'origin session id',
  landing_page_keywords: 'landing page keywords',
  google_analytics_client_id: 'google analytics client id',
  referrer_url: 'referrer url',
  landing_page_url: 'landing page url',
  channel: 'channel',
  source: 'source',
  medium: 'medium',
  internal_referrer: 'internal referrer',
  landing_page_domain: 'landing page domain',
  referrer_domain: 'referrer domain',
  keywords: 'keywords',
  campaign: 'campaign',
  gclid: 'gclid',
  called_number: 'called number',
  calling_number: 'calling number',
  calling_extension: 'calling extension',
};

const pageNames: ReadonlyMap<string, string> = new Map(jetFields.map((field) => [field.name, field.jetName]));
const outboundPageNames: ReadonlyMap<string, string> = new Map(
  outboundJetNames.map((name) => [name.toLowerCase().replaceAll(' ', ''), name]),
);

/** The key of a field in this spelling. */
export function keyOf(field: CallFieldName, direction: Direction, spelling: KeySpelling): string {
  if (spelling === 'snake') return words[field].replaceAll(' ', '_');
  if (spelling === 'camel') return words[field].replace(/ (.)/g, (_, letter: string) => letter.toUpperCase());
  const outboundName = outboundPageNames.get(words[field].replaceAll(' ', ''));
  return (direction === 'outbound' ? outboundName : undefined) ?? pageNames.get(field) ?? field;
}

import type { Direction } from '../../domain/fold.ts';
import type { CallFields } from '../../domain/jet-fields.ts';

export interface Sample {
  /** A short description for people. */
  readonly about: string;
  readonly direction: Direction;
  /** The fields of the pushes that Jet sends for the call, in order. */
  readonly pushes: readonly CallFields[];
}

/** The time at this many seconds after the start of a call. */
const at = (seconds: number): number => Date.UTC(2026, 10, 22, 1, 0, seconds);

// These numbers are reserved for films and tests. No person has them.
const start: CallFields = {
  account_number: '600123',
  started_at: at(0),
  origin_number: '0491 570 006',
  phone_number: '1300975707',
  service_name: 'Sales line',
  service_group: 'Sydney',
  number_type: 'DIGITAL_ON_PAGE',
};
const rang: CallFields = {
  ...start,
  dial_widget_name: 'Sales team',
  answering_point: '0255501234',
  queue_name: 'Sales',
  extension_number: '204',
  extension_name: 'Sam Wright',
  queued_time: at(4),
  dial_time: at(15),
  ivr_prompts: 'Welcome',
  ivr_labels: 'New customer',
};
const end: CallFields = { ...rang, dial_status: 'ANSWER', duration_seconds: 192, ended_at: at(207) };
const webSession: CallFields = {
  session_id: 'ws-7f31c2',
  page_view_id: 'pv-19',
  tracking_site_code: 'WT600123',
  user_id: 'visitor-5521',
  attributes: '{"basket":"2 items"}',
  origin_session_id: 'ws-7f31a0',
  landing_page_keywords: 'roof repair sydney',
  google_analytics_client_id: '1166245119.1732240000',
  referrer_url: 'https://www.google.com/',
  landing_page_url: 'https://www.example.com/repairs?utm_source=google',
  channel: 'Paid search',
  source: 'google',
  medium: 'cpc',
  internal_referrer: 'https://www.example.com/',
  landing_page_domain: 'www.example.com',
  referrer_domain: 'www.google.com',
  keywords: 'roof repair',
  campaign: 'Spring',
  gclid: 'Cj0KCQiA-sample',
};
const unanswered: CallFields = { duration_seconds: 21, ended_at: at(21) };

export const samples = {
  answered: {
    about: 'an inbound call, answered and ended',
    direction: 'inbound',
    pushes: [start, rang, end],
  },
  missed: {
    about: 'a call that rang and was not answered',
    direction: 'inbound',
    pushes: [start, rang, { ...rang, ...unanswered, dial_status: 'NOANSWER' }],
  },
  abandoned: {
    about: 'a call that the caller ended in the queue',
    direction: 'inbound',
    pushes: [start, { ...start, ...unanswered, queue_name: 'Sales', dial_status: 'CANCEL' }],
  },
  busy: {
    about: 'a call that found no free line',
    direction: 'inbound',
    pushes: [start, { ...start, ...unanswered, dial_status: 'BUSY' }],
  },
  'in-progress': {
    about: 'a call that has begun; nothing more is known yet',
    direction: 'inbound',
    pushes: [start],
  },
  outbound: {
    about: 'a call made by the business',
    direction: 'outbound',
    pushes: [
      {
        started_at: at(600),
        ended_at: at(725),
        called_number: '+61 491 570 156',
        calling_number: '0255501234',
        calling_extension: '204',
        dial_status: 'ANSWER',
        duration_seconds: 125,
      },
    ],
  },
  withheld: {
    about: 'a call with a withheld number',
    direction: 'inbound',
    pushes: [{ ...end, origin_number: 'anonymous' }],
  },
  internal: {
    about: 'a call from one extension to another',
    direction: 'inbound',
    pushes: [{ ...end, origin_number: '211' }],
  },
  'web-session': {
    about: "a call with every field that Jet sends, including the caller's visit to the website",
    direction: 'inbound',
    pushes: [{ ...end, ...webSession, geo_label: 'NSW' }],
  },
  minimal: { about: 'a call that has only its id', direction: 'inbound', pushes: [{}] },
} as const satisfies Readonly<Record<string, Sample>>;

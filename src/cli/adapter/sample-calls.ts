import { createCallCompleter, type Call, type LandingSettings } from '../../domain/call.ts';
import { foldCall } from '../../domain/fold.ts';
import type { Push } from '../../domain/push.ts';
import type { Stage } from '../../domain/stage.ts';
import { isFault, readPush } from '../../intake/read-push.ts';

type Body = Readonly<Record<string, string>>;

interface Sample {
  /** A short description for people. */
  readonly about: string;
  /** The bodies that Jet pushes for the call, in order. */
  readonly pushes: readonly Body[];
}

// These numbers are reserved for films and tests. No person has them.
const start: Body = {
  accountnumber: '600123',
  callstarttime: '2026-11-22 01:00:00',
  originnumber: '0491 570 006',
  phonenumber: '1300975707',
  servicename: 'Sales line',
  servicegroup: 'Sydney',
  numbertype: 'DIGITAL_ON_PAGE',
};
const rang: Body = {
  ...start,
  dialwidgetname: 'Sales team',
  answeringpoint: '0255501234',
  queuename: 'Sales',
  extensionnumber: '204',
  extensionname: 'Sam Wright',
  queuedtime: '2026-11-22 01:00:04',
  dialtime: '2026-11-22 01:00:15',
  ivrprompts: 'Welcome',
  ivrlabels: 'New customer',
};
const end: Body = { ...rang, dialstatus: 'ANSWER', duration: '192', callendtime: '2026-11-22 01:03:27' };
const webSession: Body = {
  session_id: 'ws-7f31c2',
  page_view_id: 'pv-19',
  tracking_site_code: 'WT600123',
  user_id: 'visitor-5521',
  attributes: '{"basket":"2 items"}',
  origin_session_id: 'ws-7f31a0',
  landingPageKeywords: 'roof repair sydney',
  'googleAnalytics.clientId': '1166245119.1732240000',
  referrerUrl: 'https://www.google.com/',
  landingPageUrl: 'https://www.example.com/repairs?utm_source=google',
  channel: 'Paid search',
  source: 'google',
  medium: 'cpc',
  internalReferrer: 'https://www.example.com/',
  landingPageDomain: 'www.example.com',
  referrerDomain: 'www.google.com',
  keywords: 'roof repair',
  campaign: 'Spring',
  gclid: 'Cj0KCQiA-sample',
};
const unanswered: Body = { duration: '21', callendtime: '2026-11-22 01:00:21' };

const samples = {
  answered: { about: 'an inbound call, answered and ended', pushes: [start, rang, end] },
  missed: {
    about: 'a call that rang and was not answered',
    pushes: [start, rang, { ...rang, ...unanswered, dialstatus: 'NOANSWER' }],
  },
  abandoned: {
    about: 'a call that the caller ended in the queue',
    pushes: [start, { ...start, ...unanswered, queuename: 'Sales', dialstatus: 'CANCEL' }],
  },
  busy: {
    about: 'a call that found no free line',
    pushes: [start, { ...start, ...unanswered, dialstatus: 'BUSY' }],
  },
  'in-progress': { about: 'a call that has begun; nothing more is known yet', pushes: [start] },
  outbound: {
    about: 'a call made by the business',
    pushes: [
      {
        'call Start Time': '2026-11-22 01:10:00',
        'Call End Time': '2026-11-22 01:12:05',
        'Called Number': '+61 491 570 156',
        'Calling Number': '0255501234',
        'Calling Extension': '204',
        Dialstatus: 'ANSWER',
        Duration: '125',
      },
    ],
  },
  withheld: { about: 'a call with a withheld number', pushes: [{ ...end, originnumber: 'anonymous' }] },
  internal: { about: 'a call from one extension to another', pushes: [{ ...end, originnumber: '211' }] },
  'web-session': {
    about: "a call with every field that Jet sends, including the caller's visit to the website",
    pushes: [{ ...end, ...webSession, geolabel: 'NSW' }],
  },
  minimal: { about: 'a call that has only its id', pushes: [{}] },
} as const satisfies Readonly<Record<string, Sample>>;

export type SampleKind = keyof typeof samples;

export const sampleKinds = Object.keys(samples) as SampleKind[];

export function aboutSample(kind: SampleKind): string {
  return samples[kind].about;
}

/** A sample call as an adapter gets it: its pushes are read, folded and completed like the pushes of a real call. */
export function sampleCall(kind: SampleKind, settings: LandingSettings): Call {
  const bodies: readonly Body[] = samples[kind].pushes;
  const pushes = bodies.map((body, index) => readSample(kind, body, index, settings));
  return createCallCompleter(settings)(foldCall(pushes));
}

const firstReceivedAtMs = Date.UTC(2026, 10, 22, 1, 0, 1);

function readSample(kind: SampleKind, body: Body, index: number, settings: LandingSettings): Push {
  const id = kind === 'outbound' ? {} : { callsessionid: `sample-${kind}` };
  const reading = readPush(Buffer.from(JSON.stringify({ ...id, ...body })), stageOf(kind), settings);
  if (isFault(reading)) throw new Error(`The sample "${kind}" is not a call: ${reading.detail}`);
  return { ...reading, id: `sample-${index}`, receivedAtMs: firstReceivedAtMs + index * 15_000 };
}

/** The path of the request is the only sign that the call ended, because the push has no other field. */
function stageOf(kind: SampleKind): Stage | undefined {
  return kind === 'minimal' ? 'call_end' : undefined;
}

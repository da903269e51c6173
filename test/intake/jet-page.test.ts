import { describe, expect, it } from 'vitest';
import { jetFields, type CallFields } from '../../src/domain/jet-fields.ts';
import { isFault, readPush, type PushReading } from '../../src/intake/read-push.ts';

const second = Date.UTC(2025, 9, 4, 23, 20, 30);

function read(body: Record<string, unknown>): PushReading {
  const reading = readPush(Buffer.from(JSON.stringify(body)), undefined, { statusMap: new Map() });
  if (isFault(reading)) throw new Error(`${reading.code}: ${reading.detail}`);
  return reading;
}

/** The fields read from a body, without the call id. */
function fieldsOf(body: Record<string, unknown>): CallFields {
  const fields = { ...read({ callsessionid: 'c-1', ...body }).fields };
  delete fields.call_session_id;
  return fields;
}

const sampleOf = {
  text: ['Sample', 'Sample'],
  instant: ['2025-10-04 23:20:30', second],
  seconds: ['61', 61],
  json: ['{"a":1}', '{"a":1}'],
} as const;

// Every field: as Jet's page spells it, in words, and under our own name.
const page: readonly (readonly [jetName: string, words: string, name: keyof CallFields])[] = [
  ['callsessionid', 'call session id', 'call_session_id'],
  ['accountnumber', 'account number', 'account_number'],
  ['callstarttime', 'call start time', 'started_at'],
  ['originnumber', 'origin number', 'origin_number'],
  ['phonenumber', 'phone number', 'phone_number'],
  ['servicename', 'service name', 'service_name'],
  ['servicegroup', 'service group', 'service_group'],
  ['numbertype', 'number type', 'number_type'],
  ['dialwidgetname', 'dial widget name', 'dial_widget_name'],
  ['answeringpoint', 'answering point', 'answering_point'],
  ['dialstatus', 'dial status', 'dial_status'],
  ['queuename', 'queue name', 'queue_name'],
  ['extensionnumber', 'extension number', 'extension_number'],
  ['extensionname', 'extension name', 'extension_name'],
  ['dialtime', 'dial time', 'dial_time'],
  ['queuedtime', 'queued time', 'queued_time'],
  ['geolabel', 'geo label', 'geo_label'],
  ['ivrprompts', 'ivr prompts', 'ivr_prompts'],
  ['ivrlabels', 'ivr labels', 'ivr_labels'],
  ['duration', 'duration', 'duration_seconds'],
  ['callendtime', 'call end time', 'ended_at'],
  ['session_id', 'session id', 'session_id'],
  ['page_view_id', 'page view id', 'page_view_id'],
  ['tracking_site_code', 'tracking site code', 'tracking_site_code'],
  ['user_id', 'user id', 'user_id'],
  ['attributes', 'attributes', 'attributes'],
  ['origin_session_id', 'origin session id', 'origin_session_id'],
  ['landingPageKeywords', 'landing page keywords', 'landing_page_keywords'],
  ['googleAnalytics.clientId', 'google analytics client id', 'google_analytics_client_id'],
  ['referrerUrl', 'referrer url', 'referrer_url'],
  ['landingPageUrl', 'landing page url', 'landing_page_url'],
  ['channel', 'channel', 'channel'],
  ['source', 'source', 'source'],
  ['medium', 'medium', 'medium'],
  ['internalReferrer', 'internal referrer', 'internal_referrer'],
  ['landingPageDomain', 'landing page domain', 'landing_page_domain'],
  ['referrerDomain', 'referrer domain', 'referrer_domain'],
  ['keywords', 'keywords', 'keywords'],
  ['campaign', 'campaign', 'campaign'],
  ['gclid', 'gclid', 'gclid'],
  ['call Start Time', 'call start time', 'started_at'],
  ['Call End Time', 'call end time', 'ended_at'],
  ['Called Number', 'called number', 'called_number'],
  ['Calling Number', 'calling number', 'calling_number'],
  ['Calling Extension', 'calling extension', 'calling_extension'],
  ['Dialstatus', 'dial status', 'dial_status'],
  ['Duration', 'duration', 'duration_seconds'],
];

function inEverySpelling([jetName, words]: (typeof page)[number]): string[] {
  const capitals = words.replace(/ (.)/g, (_all, letter: string) => letter.toUpperCase());
  return [
    jetName,
    words,
    words.replaceAll(' ', '_'),
    words.replaceAll(' ', '-'),
    capitals,
    words.toUpperCase(),
  ];
}

describe("a field of Jet's page", () => {
  it("Jet's page has 47 fields", () => {
    expect(page).toHaveLength(47);
  });

  it.each(page)('the field %s is known in every spelling (%s) as %s', (...field) => {
    const { kind } = jetFields.find(({ name }) => name === field[2]) ?? { kind: 'text' };
    const [sent, kept] = sampleOf[kind];
    const readings = inEverySpelling(field).map((key) => {
      const body = { callsessionid: 'c-1', [key]: sent };
      // A second key for the call id would go to extra.
      if (field[2] === 'call_session_id' && key !== 'callsessionid')
        Reflect.deleteProperty(body, 'callsessionid');
      const { fields, extra } = read(body);
      return { value: fields[field[2]], extra };
    });
    expect(readings).toEqual(readings.map(() => ({ value: kept, extra: {} })));
  });

  it("a field of Jet's page is not set by null, an empty value or a blank value", () => {
    for (const nothing of [null, '', '  ', [], {}]) {
      expect(fieldsOf(Object.fromEntries(page.slice(1).map(([key]) => [key, nothing])))).toEqual({});
    }
  });
});

describe('a nested field', () => {
  it.each([
    ['a dotted key', { 'googleAnalytics.clientId': '1.2' }],
    ['an object', { googleAnalytics: { clientId: '1.2' } }],
    ['an object in an object', { webSession: { googleAnalytics: { clientId: '1.2' } } }],
    ['a dotted key in an object', { webSession: { 'googleAnalytics.clientId': '1.2' } }],
    ['a dotted key with a wrapper in it', { 'webSession.googleAnalytics.clientId': '1.2' }],
    ['a dotted key of four words', { 'web.google.analytics.client.id': '1.2' }],
    ['an object with underscores', { google_analytics: { client_id: '1.2' } }],
  ])('a nested field with a name of two parts is found as %s', (_how, body) => {
    expect(fieldsOf(body)).toEqual({ google_analytics_client_id: '1.2' });
  });

  it('a nested field of the web session is found under the known wrappers', () => {
    expect(fieldsOf({ websessiondata: { session_id: 's', utm: { campaign: 'c' } } })).toEqual({
      session_id: 's',
      campaign: 'c',
    });
  });

  it.each(page.filter(([jetName]) => jetName !== 'callsessionid'))(
    'the nested field %s is read alike from a dotted key and from an object',
    (jetName) => {
      const value = jetName === 'attributes' ? { source: 'a' } : '61';
      const dotted = read({ callsessionid: 'c-1', [`webSession.${jetName}`]: value });
      const nested = read({ callsessionid: 'c-1', webSession: { [jetName]: value } });
      expect(dotted.fields).toEqual(nested.fields);
      expect(dotted.extra).toEqual(nested.extra);
      expect(dotted.contentHash).toBe(nested.contentHash);
    },
  );

  it('a nested field is found under dotted keys at several levels', () => {
    expect(fieldsOf({ data: { 'web.utm': { campaign: 'c' }, 'web.utm.source': 's' } })).toEqual({
      campaign: 'c',
      source: 's',
    });
  });

  it('a nested field is found when an object wraps the whole call', () => {
    expect(read({ data: { callsessionid: 'c-9' } }).callId).toBe('c-9');
  });

  it('a nested field is not looked for inside attributes, which are kept whole', () => {
    expect(fieldsOf({ attributes: { source: 'a', x: { y: 1 } } })).toEqual({
      attributes: '{"source":"a","x":{"y":1}}',
    });
  });

  it.each([
    { 'attributes.source': 'a' },
    { 'web.attributes.x.source': 'a' },
    { 'attributes.x': { source: 'a' } },
  ])('a nested field is not read from a key below attributes: %j', (body) => {
    expect(fieldsOf(body)).toEqual({});
  });

  it.each([{ leg: { duration: 5 } }, { 'leg.duration': 5 }])(
    'a nested field does not win over the same field at the top: %j',
    (leg) => {
      expect(fieldsOf({ ...leg, duration: 60 })).toEqual({ duration_seconds: 60 });
    },
  );

  it('a nested field is not searched for at each dot of a key of 100,000 dots', () => {
    const dots = '.'.repeat(100_000);
    expect(read({ callsessionid: 'c-1', [dots]: 'x' }).extra).toEqual({ [dots]: 'x' });
  });
});

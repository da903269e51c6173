import { randomBytes } from 'node:crypto';
import { jetFields, type CallFields } from '../../src/domain/jet-fields.ts';
import type { Stage } from '../../src/domain/stage.ts';
import { pageSpelling, writeBody, type Spelling } from '../../src/simulate/traffic/spelling.ts';

/**
 * The loads. They differ in one thing each:
 * - `calls`: each push is a new call, with Jet's fields and recent times;
 * - `lifecycle`: a call has up to three pushes, one after the other;
 * - `old`: as `calls`, with times a month old, so that the receiver must look for tombstones.
 */
export const loadKinds = ['calls', 'lifecycle', 'old'] as const;
export type LoadKind = (typeof loadKinds)[number];

/** Makes the pushes of unique calls one by one, as requests that are ready to send. */
export interface PushSource {
  /** The next request: head and body. */
  next(): Buffer;
}

/** A request whose call id and counterpart are replaced before it is sent. */
interface Template {
  readonly bytes: Buffer;
  readonly idAt: number;
  readonly numberAt: number;
}

type Lifecycle = readonly Template[];

const idMark = '0'.repeat(8) + '-1c3e-4b5d-8f70-' + '0'.repeat(12);
const numberMark = '00000000';
const variants = 64;

const ageMs: Readonly<Record<LoadKind, number>> = {
  ...{ calls: 600_000, lifecycle: 600_000 },
  old: 30 * 86_400_000,
};

/** Six of ten calls are answered, three are missed and one is outbound. */
const lifecycles: readonly (readonly Stage[])[] = [
  ...Array.from({ length: 6 }, () => ['call_start', 'call_answered', 'call_end'] as const),
  ...Array.from({ length: 3 }, () => ['call_start', 'call_end'] as const),
  ['call_end_outbound'],
];

/** Makes the templates once. Each source then sends whole calls, which differ from those of other sources by a tag. */
export function createPushSources(
  head: (bodyLength: number) => string,
  load: LoadKind = 'lifecycle',
): {
  create(): PushSource;
  meanBodyLength: number;
} {
  const fromMs = Date.now() - ageMs[load];
  const whole = Array.from({ length: variants }, (_, variant) =>
    lifecycles.map((stages) => stages.map((stage) => createTemplate(bodyOf(stage, variant, fromMs), head))),
  ).flat();
  const made = load === 'lifecycle' ? whole : whole.flat().map((template) => [template]);
  const bodies = made.flat().map(({ bytes }) => bytes.length - bytes.indexOf('\r\n\r\n') - 4);
  let calls = 0;
  const tag = randomBytes(6).toString('hex');
  return {
    create: () => createSource(made, tag, () => (calls += 1)),
    meanBodyLength: Math.round(bodies.reduce((sum, length) => sum + length, 0) / bodies.length),
  };
}

function createSource(made: readonly Lifecycle[], tag: string, countCall: () => number): PushSource {
  let lifecycle: Lifecycle = [];
  let position = 0;
  let id = '';
  let number = '';
  return {
    next() {
      if (position === lifecycle.length) {
        const call = countCall();
        lifecycle = made[(call * 7) % made.length] as Lifecycle;
        position = 0;
        // A bijection, so that ids are unique and new ids spread over the whole index, as real ids do.
        id = (Math.imul(call, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
        number = String(10_000_000 + (call % 40_000) * 97);
      }
      const template = lifecycle[position] as Template;
      position += 1;
      const bytes = Buffer.from(template.bytes);
      if (template.idAt > 0) {
        bytes.write(id, template.idAt, 'latin1');
        bytes.write(tag, template.idAt + idMark.length - tag.length, 'latin1');
        bytes.write(number, template.numberAt, 'latin1');
      } else {
        // An outbound call has no id. Its number and start identify it.
        bytes.write(String(parseInt(id, 16) % 1e8).padStart(8, '0'), template.numberAt, 'latin1');
      }
      return bytes;
    },
  };
}

function createTemplate(text: string, head: (length: number) => string): Template {
  const bytes = Buffer.from(head(Buffer.byteLength(text)) + text);
  return { bytes, idAt: bytes.indexOf(idMark), numberAt: bytes.indexOf(numberMark) };
}

const inboundSpelling: Spelling = { ...pageSpelling, time: 'iso_fraction', empty: 'blank' };
const outboundSpelling: Spelling = { ...pageSpelling, time: 'iso_fraction', duration: 'number' };

/** A body with all keys of its list. Fields that are unknown at its stage are empty. */
function bodyOf(stage: Stage, variant: number, fromMs: number): string {
  if (stage === 'call_end_outbound')
    return writeBody(outboundFields(variant, fromMs), 'outbound', outboundSpelling);
  const lists = { call_start: ['start'], call_answered: ['start', 'answered'], call_end: [] }[stage];
  const isKnown = (list: string): boolean => stage === 'call_end' || (lists as string[]).includes(list);
  const values = inboundFields(variant, fromMs);
  const fields = jetFields
    .filter(({ list }) => list !== 'outbound')
    .map(({ name, list }) => [name, isKnown(list) ? values[name] : '']);
  return writeBody(Object.fromEntries(fields) as CallFields, 'inbound', inboundSpelling);
}

function inboundFields(variant: number, fromMs: number): CallFields {
  const at = (afterMs: number): number => fromMs + variant * 1_000 + afterMs;
  const visit = String(variant).padStart(4, '0');
  return {
    call_session_id: idMark,
    account_number: '990123',
    started_at: at(0),
    origin_number: `614${numberMark}`,
    phone_number: `130055${visit}`,
    service_name: `Google Ads: Sydney ${variant % 20}`,
    service_group: 'Marketing',
    number_type: 'DIGITAL_ON_PAGE',
    dial_widget_name: 'Ring office',
    answering_point: 'Dana (sales)',
    dial_status: variant % 3 === 0 ? 'NOANSWER' : 'ANSWERED',
    queue_name: 'Sales queue',
    extension_number: '202',
    extension_name: 'Dana (sales)',
    dial_time: at(16_277),
    queued_time: at(3_878),
    geo_label: 'NSW',
    ivr_prompts: '2,1',
    ivr_labels: 'Service,Emergency',
    duration_seconds: 60 + variant,
    ended_at: at((60 + variant) * 1_000),
    session_id: `Zk3vQ8sT1mYx0Lr7Wd5b${visit}`,
    page_view_id: `Hq2nB6cJ9pUa4Ve8Xg1s${visit}`,
    tracking_site_code: 'WT990123A',
    user_id: `u7Fd0Kw3Rz6Mi9Ty${visit}`,
    attributes: JSON.stringify({
      device: 'mobile',
      visits: variant % 9,
      abTest: 'header-b',
      pages: ['/', '/emergency', '/blocked-drains', '/emergency/after-hours', '/contact'],
      form: {
        suburb: 'Parramatta',
        postcode: '2150',
        urgency: 'today',
        job: 'burst pipe under the kitchen sink',
      },
    }),
    origin_session_id: `Zk3vQ8sT1mYx0Lr7Wd5b${visit}`,
    landing_page_keywords: 'emergency plumber near me',
    google_analytics_client_id: `184467${visit}.169123${visit}`,
    referrer_url: 'https://www.google.com/search?q=emergency+plumber+near+me',
    landing_page_url:
      'https://www.harbour-plumbing.example/emergency/blocked-drains?utm_source=google&utm_medium=cpc' +
      '&utm_campaign=Emergency%20Plumber%20-%20Sydney&utm_term=emergency%20plumber%20near%20me' +
      '&utm_content=Responsive%20search%20ad%20B&matchtype=p&device=m&network=g&loc_physical_ms=9071832' +
      '&adgroupid=148829104412&creative=661204417729&placement=&target=kwd-300128341217&gad_source=1' +
      `&gbraid=0AAAAADxQ7mK2vT9sJ4bN1wYcR8hLz5Eu${visit}&gclid=EAIaIQobChMI8Jt5v2K0hAMVq6ZmAh3kXw9uEAAYASAAEgL${visit}_BwE` +
      '&hsa_acc=4418820917&hsa_cam=20911840233&hsa_grp=148829104412&hsa_ad=661204417729&hsa_src=g&hsa_mt=p',
    channel: 'PAID',
    source: 'google',
    medium: 'cpc',
    internal_referrer: 'false',
    landing_page_domain: 'www.harbour-plumbing.example',
    referrer_domain: 'www.google.com',
    keywords: 'emergency plumber sydney',
    campaign: 'Emergency Plumber - Sydney',
    gclid: `EAIaIQobChMI8Jt5v2K0hAMVq6ZmAh3kXw9uEAAYASAAEgL${visit}_BwE`,
  };
}

function outboundFields(variant: number, fromMs: number): CallFields {
  const startedAtMs = fromMs + variant * 1_001;
  return {
    started_at: startedAtMs,
    ended_at: startedAtMs + 120_000,
    dial_status: 'ANSWERED',
    duration_seconds: 120,
    called_number: `+614${numberMark}`,
    calling_number: '1300550000',
    calling_extension: '202',
  };
}

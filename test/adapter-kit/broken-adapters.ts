import { delivered, DestinationUnavailable, rejected, type Adapter, type Outcome } from '#contract';
import type { AdapterTools } from '../../src/contract/adapter-tools.ts';
import type { AdapterDefinition } from '../../src/contract/adapter.ts';
import { subject as httpSubject } from '../../adapters/_template-http/test/subject.ts';
import { reference } from './reference/index.ts';
import type { AdapterSubject } from './subject.ts';

/** An adapter with one fault, and the sentences that must detect it. */
export interface BrokenAdapter {
  readonly fault: string;
  /** Exactly these sentences fail. */
  readonly caughtBy: readonly string[];
  readonly definition: AdapterDefinition;
  /** The working adapter that it was made from. Default: the reference adapter. */
  readonly subject?: AdapterSubject;
}

type Deliver = Adapter['deliver'];

interface Made {
  readonly right: Adapter;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tools: AdapterTools;
}

/** The reference adapter with one part replaced. */
function broken(
  fault: string,
  caughtBy: string | readonly string[],
  wrong: (made: Made) => Partial<Adapter>,
): BrokenAdapter {
  return {
    fault,
    caughtBy: typeof caughtBy === 'string' ? [caughtBy] : caughtBy,
    definition: {
      ...(reference as AdapterDefinition),
      create(config, tools) {
        const right = (reference as AdapterDefinition).create(config, tools);
        return { ...right, ...wrong({ right, config, tools }) };
      },
    },
  };
}

const each = 'answers each delivery exactly once, also in its largest batch';
const sameKey = 'leaves one record when the same key comes twice';
const lostReply = 'leaves one record when the reply is lost after the write';
const others = 'rejects one unacceptable record, and lands the others';
const slowDown = 'treats a request to slow down as a retry or a pause, and keeps its hint';
const manners = 'shows no secret and no whole number in an outcome, an error or a log line';

/** Sends as the reference does, after `change` has changed the records. */
async function post(
  config: Readonly<Record<string, unknown>>,
  body: unknown,
  signal: AbortSignal,
): Promise<{ results: { key: string; id: string }[] }> {
  const response = await fetch(`${String(config.REFERENCE_URL)}/calls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(config.REFERENCE_TOKEN)}` },
    body: JSON.stringify(body),
    signal,
  });
  return (await response.json()) as { results: { key: string; id: string }[] };
}

/** A wrapper around the correct `deliver`. */
function around(wrap: (deliver: Deliver, made: Made) => Deliver): (made: Made) => Partial<Adapter> {
  return (made) => ({ deliver: wrap((batch, signal) => made.right.deliver(batch, signal), made) });
}

const { definition: httpTemplate } = httpSubject;

export const brokenAdapters: readonly BrokenAdapter[] = [
  {
    fault: 'finds nobody, even if somebody has the number',
    caughtBy: ['finds the person who has the number of a call, and links nobody else'],
    subject: httpSubject,
    definition: {
      ...httpTemplate,
      // Every number counts as the business's own, so no person is ever searched.
      create: (config, tools) =>
        httpTemplate.create(config, {
          ...tools,
          ownNumbers: Object.assign(new Set<string>(), { has: () => true }),
        }),
    },
  },
  {
    fault: 'does not list its token as a secret',
    caughtBy: ['lists in `secrets` each setting whose name ends in TOKEN, SECRET, PASSWORD or KEY'],
    definition: { ...(reference as AdapterDefinition), secrets: [] },
  },
  broken(
    'drops an outcome of a full batch',
    each,
    around((deliver) => async (batch, signal) => {
      const outcomes = await deliver(batch, signal);
      return batch.length < reference.capabilities.batchSizeMax ? outcomes : outcomes.slice(1);
    }),
  ),
  broken(
    'answers one delivery of a full batch twice',
    each,
    around((deliver) => async (batch, signal) => {
      const outcomes = await deliver(batch, signal);
      return batch.length < reference.capabilities.batchSizeMax
        ? outcomes
        : [...outcomes, ...outcomes.slice(0, 1)];
    }),
  ),
  broken('ignores the key', [sameKey, lostReply], ({ right, config }) => ({
    async deliver(batch, signal) {
      const [first] = batch;
      if (first === undefined || batch.length > 1 || first.remoteId !== undefined)
        return right.deliver(batch, signal);
      const records = batch.map((delivery) => reference.preview(delivery, config as never, 0));
      // Without `merge`, the API treats each record as new. Its answer is otherwise read correctly.
      const probe = await right.check(signal);
      if (probe.some((finding) => finding.level === 'fault')) return right.deliver(batch, signal);
      const answer = await post(config, { records }, signal).catch((cause: unknown) => {
        throw new DestinationUnavailable('away', { cause });
      });
      const id = answer.results[0]?.id;
      return id === undefined
        ? right.deliver(batch, signal)
        : [delivered(first.id, { remoteId: id, effect: 'created' })];
    },
  })),
  broken(
    'lands a call when it should only compare it',
    [
      'writes nothing when it compares a call that has not landed',
      'names the changed duration when it compares a later revision, and does not change the record',
    ],
    ({ right }) => ({
      async compare(delivery, signal) {
        await right.deliver([delivery], signal);
        return { effect: 'update', fields: [{ field: 'duration', before: '192', after: '245' }] };
      },
    }),
  ),
  broken(
    'omits refused records, and answers the rest by position',
    others,
    around((deliver) => async (batch, signal) => {
      const outcomes = await deliver(batch, signal);
      const fine = outcomes.filter((outcome) => outcome.kind === 'delivered');
      return fine.map((outcome, position) => ({ ...outcome, id: batch[position]?.id ?? outcome.id }));
    }),
  ),
  broken(
    'throws when one record is refused',
    others,
    around((deliver) => async (batch, signal) => {
      const outcomes = await deliver(batch, signal);
      if (outcomes.some((outcome) => outcome.kind === 'rejected')) throw new Error('Bad record');
      return outcomes;
    }),
  ),
  broken('writes a test record in check', 'writes nothing in check', ({ right, config }) => ({
    async check(signal) {
      const findings = await right.check(signal);
      const ok = findings.every((finding) => finding.level === 'ok');
      if (ok) await post(config, { records: [{ key: 'test', revision: 0 }] }, signal);
      return findings;
    },
  })),
  broken(
    'treats a request to slow down as a refusal of its records',
    slowDown,
    around(
      (deliver) => (batch, signal) =>
        deliver(batch, signal).catch((error: unknown): Outcome[] => {
          if (!(error instanceof DestinationUnavailable) || !error.message.includes('429')) throw error;
          return batch.map(({ id }) => rejected(id, 'http_429', 'The API answered 429.', 'Call somebody.'));
        }),
    ),
  ),
  broken(
    'forgets how long the API asked it to wait',
    slowDown,
    around(
      (deliver) => (batch, signal) =>
        deliver(batch, signal).catch((error: unknown) => {
          if (error instanceof DestinationUnavailable) throw new DestinationUnavailable(error.message);
          throw error;
        }),
    ),
  ),
  broken(
    'treats refused credentials as an outage',
    'stops as misconfigured when its credentials are refused',
    around(
      (deliver) => (batch, signal) =>
        deliver(batch, signal).catch((error: unknown) => {
          throw new DestinationUnavailable((error as Error).message, {
            retryAfterMs: (error as { retryAfterMs?: number }).retryAfterMs,
          });
        }),
    ),
  ),
  broken(
    'hides refused credentials in check',
    'shows refused credentials as a fault of check, with a remedy',
    () => ({
      check: () => Promise.resolve([{ level: 'ok', message: 'The settings look right.' }]),
    }),
  ),
  broken(
    'gives up a record after one server error',
    'treats a server error as a retry or a pause',
    around(
      (deliver) => (batch, signal) =>
        deliver(batch, signal).catch((error: unknown): Outcome[] => {
          if (!(error instanceof DestinationUnavailable) || !error.message.includes('503')) throw error;
          return batch.map(({ id }) => rejected(id, 'http_503', 'The API answered 503.', 'Call somebody.'));
        }),
    ),
  ),
  broken(
    'changes its input',
    'does not change the batch',
    around((deliver) => async (batch, signal) => {
      const outcomes = await deliver(batch, signal);
      for (const { call } of batch) delete (call as { service_name?: string }).service_name;
      return outcomes;
    }),
  ),
  broken(
    'shows its token in an error',
    manners,
    around(
      (deliver, { config }) =>
        (batch, signal) =>
          deliver(batch, signal).catch((error: unknown) => {
            if (error instanceof Error) error.message += ` (token ${String(config.REFERENCE_TOKEN)})`;
            throw error;
          }),
    ),
  ),
  broken(
    'logs the number that it lands',
    manners,
    around((deliver, { tools }) => (batch, signal) => {
      for (const { call } of batch) tools.log.info({ number: call.origin_number }, 'Landing a call');
      return deliver(batch, signal);
    }),
  ),
  broken(
    'reports every call as landed once its signal has aborted',
    [
      'treats silence as a retry or a pause',
      'ends promptly when its signal aborts, and claims nothing that did not land',
      'claims nothing that did not land when its signal has aborted before',
    ],
    around(
      (deliver) => (batch, signal) =>
        deliver(batch, signal).catch((error: unknown) => {
          if (!signal.aborted) throw error;
          return batch.map(({ id }) => delivered(id, { effect: 'created' }));
        }),
    ),
  ),
  broken(
    'ignores its signal',
    [
      'treats silence as a retry or a pause',
      'ends promptly when its signal aborts, and claims nothing that did not land',
    ],
    around(
      (deliver) => (batch, signal) => deliver(batch, signal.aborted ? signal : new AbortController().signal),
    ),
  ),
  broken(
    'lets an older revision overwrite a newer one',
    'never lets an older revision overwrite a newer one',
    around(
      (deliver) => (batch, signal) =>
        deliver(
          batch.map((delivery) =>
            delivery.visit === 'changed' ? { ...delivery, revision: Date.now() } : delivery,
          ),
          signal,
        ),
    ),
  ),
  broken(
    'makes a second record for a later revision',
    ['updates the same record at a later revision', 'never lets an older revision overwrite a newer one'],
    around(
      (deliver) => (batch, signal) =>
        deliver(
          batch.map((delivery) =>
            delivery.visit === 'changed'
              ? { ...delivery, idempotencyKey: `${delivery.idempotencyKey}-2` }
              : delivery,
          ),
          signal,
        ),
    ),
  ),
];

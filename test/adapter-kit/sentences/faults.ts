import assert from 'node:assert/strict';
import { AdapterMisconfigured, DestinationUnavailable } from '../../../src/contract/errors.ts';
import { again, deliveryOf } from '../kit-deliveries.ts';
import { assertLater, assertOneEach, describe, rehearse } from '../rehearsal.ts';
import type { Sentence } from '../sentence.ts';
import type { AdapterSubject, FaultName } from '../subject.ts';
import { noIdempotency } from './landing.ts';

const slowDownMs = 7_000;
const silentForMs = 1_000;
const slowForMs = 30_000;

export const faultSentences: readonly Sentence[] = [
  {
    title: 'leaves one record when the reply is lost after the write',
    skippedBecause: (subject) =>
      noIdempotency(subject) ?? cannotStage('a reply lost after the write')(subject),
    run: (subject) =>
      rehearse(subject, async ({ stage, deliver, land, restart, recordsOf }) => {
        const delivery = deliveryOf('answered');
        await stage({ name: 'a reply lost after the write' });
        await deliver([delivery]);
        await stage(undefined);
        assert.equal((await recordsOf(delivery)).length, 1, 'The stand-in lost its reply before the write');
        await restart();
        await land(again(delivery));
        const { length } = await recordsOf(delivery);
        assert.equal(
          length,
          1,
          `The reply was lost after the write, and the next attempt left ${length} records`,
        );
      }),
  },
  {
    title: 'rejects one unacceptable record, and lands the others',
    skippedBecause: (subject) =>
      subject.unacceptable === undefined ? cannotStage('one refused record')(subject) : undefined,
    run: (subject) =>
      rehearse(subject, async ({ stage, deliver, recordsOf }) => {
        const [before, after] = [deliveryOf('missed'), deliveryOf('outbound')];
        const fine = deliveryOf('answered');
        const bad = { ...fine, call: subject.unacceptable?.(fine.call) ?? fine.call };
        if (subject.unacceptable === undefined)
          await stage({ name: 'one refused record', key: bad.idempotencyKey, callId: bad.call.call_id });
        const batch = [before, bad, after];
        const { outcomes, threw } = await deliver(batch);
        assert.equal(threw, undefined, `deliver threw: ${describe(threw)}`);
        assertOneEach(outcomes, batch);
        for (const { id, kind } of outcomes)
          assert.equal(kind, id === bad.id ? 'rejected' : 'delivered', `Wrong outcome for ${id}`);
        for (const delivery of [before, after])
          assert.equal((await recordsOf(delivery)).length, 1, `${delivery.id} did not land`);
      }),
  },
  {
    title: 'treats a request to slow down as a retry or a pause, and keeps its hint',
    skippedBecause: cannotStage('a request to slow down'),
    run: (subject) =>
      rehearse(subject, async ({ stage, deliver }) => {
        await stage({ name: 'a request to slow down', retryAfterMs: slowDownMs });
        const batch = [deliveryOf('answered'), deliveryOf('missed')];
        const answer = await deliver(batch);
        assertLater(answer, batch);
        const hints =
          answer.threw instanceof DestinationUnavailable
            ? [answer.threw.retryAfterMs]
            : answer.outcomes.map((outcome) => (outcome.kind === 'retry' ? outcome.delayMs : undefined));
        for (const hint of hints)
          assert.ok(
            hint !== undefined && hint > slowDownMs - 1_000 && hint <= 2 * slowDownMs,
            `The destination asked for ${slowDownMs} ms, and the adapter passes on ${String(hint)}`,
          );
      }),
  },
  {
    title: 'treats a server error as a retry or a pause',
    skippedBecause: cannotStage('a server error'),
    run: (subject) =>
      rehearse(subject, async ({ stage, deliver }) => {
        await stage({ name: 'a server error' });
        const batch = [deliveryOf('answered'), deliveryOf('missed')];
        assertLater(await deliver(batch), batch);
      }),
  },
  {
    title: 'treats silence as a retry or a pause',
    skippedBecause: cannotStage('silence'),
    run: (subject) =>
      rehearse(subject, async ({ stage, deliver }) => {
        await stage({ name: 'silence' });
        const batch = [deliveryOf('answered'), deliveryOf('missed')];
        const answer = await deliver(batch, AbortSignal.timeout(silentForMs));
        // After its signal has aborted, an adapter can throw any error: the core tries again.
        assert.ok(
          !(answer.threw instanceof AdapterMisconfigured),
          'The adapter treats silence as refused credentials',
        );
        if (answer.threw === undefined) assertLater(answer, batch);
      }),
  },
  {
    title: 'ends promptly when its signal aborts, and claims nothing that did not land',
    skippedBecause: cannotStage('slowness'),
    run: (subject) =>
      rehearse(subject, async ({ stage, deliver, recordsOf }) => {
        await stage({ name: 'slowness', delayMs: slowForMs });
        const batch = [deliveryOf('answered'), deliveryOf('missed')];
        const { outcomes } = await deliver(batch, AbortSignal.timeout(100));
        const landed = await Promise.all(
          batch.map(async (delivery) => (await recordsOf(delivery)).length > 0),
        );
        for (const { id, kind } of outcomes)
          assert.ok(
            kind !== 'delivered' || landed[batch.findIndex((delivery) => delivery.id === id)] === true,
            `The adapter reports ${id} as landed, but it did not land`,
          );
      }),
  },
  {
    title: 'claims nothing that did not land when its signal has aborted before',
    run: (subject) =>
      rehearse(subject, async ({ deliver, recordsOf }) => {
        const delivery = deliveryOf('answered');
        const { outcomes } = await deliver([delivery], AbortSignal.abort());
        const claimed = outcomes.some((outcome) => outcome.kind === 'delivered');
        assert.ok(
          !claimed || (await recordsOf(delivery)).length === 1,
          'The adapter reports a landing that did not happen',
        );
      }),
  },
  {
    title: 'stops as misconfigured when its credentials are refused',
    skippedBecause: cannotStage('refused credentials'),
    run: (subject) =>
      rehearse(subject, async ({ stage, deliver }) => {
        await stage({ name: 'refused credentials' });
        const { outcomes, threw } = await deliver([deliveryOf('answered')]);
        assert.ok(
          threw instanceof AdapterMisconfigured,
          `The adapter threw no AdapterMisconfigured: ${threw === undefined ? JSON.stringify(outcomes) : describe(threw)}`,
        );
        assert.notEqual(threw.remedy.trim(), '', 'The error has no remedy');
      }),
  },
];

/** Why a sentence is skipped when the stand-in cannot simulate its fault. */
export function cannotStage(name: FaultName): (subject: AdapterSubject) => string | undefined {
  return ({ faults }) => (faults.includes(name) ? undefined : `the stand-in cannot simulate ${name}`);
}

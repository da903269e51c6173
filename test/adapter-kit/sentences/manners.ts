import assert from 'node:assert/strict';
import { numberForms } from '../../../src/crm/number-forms.ts';
import { deliveryOf } from '../kit-deliveries.ts';
import { rehearse, type Answer, type Rehearsal } from '../rehearsal.ts';
import type { Sentence } from '../sentence.ts';
import type { AdapterSubject, Fault } from '../subject.ts';
import { secretsOf } from './definition.ts';

export const mannersSentences: readonly Sentence[] = [
  {
    title: 'does not change the batch',
    run: (subject) =>
      rehearse(subject, async ({ deliver }) => {
        const batch = [deliveryOf('web-session'), deliveryOf('outbound')];
        const before = structuredClone(batch);
        await deliver(batch);
        assert.deepEqual(batch, before, 'deliver changed the batch that it was given');
      }),
  },
  {
    title: 'shows no secret and no whole number in an outcome, an error or a log line',
    run: (subject) =>
      rehearse(subject, async (rehearsal) => {
        const { messages, traces } = await provoke(subject, rehearsal);
        const all = squeezed([...messages, ...rehearsal.logLines].join('\n'));
        for (const secret of secretsOf(subject, rehearsal.standIn.settings)) {
          assert.ok(!all.includes(squeezed(secret)), 'The adapter shows a secret');
          assert.ok(!traces.join('\n').includes(secret), 'A secret is in a trace');
        }
        // A trace is stored with the call, and can hold the same values.
        for (const number of wholeNumbers())
          assert.ok(!all.includes(number), `The adapter shows a whole number: ${number}`);
      }),
  },
  {
    title: 'can be closed twice',
    run: (subject) =>
      rehearse(subject, async ({ adapter, land }) => {
        await land(deliveryOf('answered'));
        await adapter().close();
        await adapter().close();
      }),
  },
];

const provoking = ['answered', 'outbound'] as const;

/** Collects what an adapter reports for calls that land, are refused, or meet an unreachable or locked destination. */
async function provoke(
  subject: AdapterSubject,
  { deliver, stage, adapter }: Rehearsal,
): Promise<{ messages: string[]; traces: string[] }> {
  const batch = provoking.map((kind) => deliveryOf(kind));
  const [first] = batch;
  const answers: Answer[] = [await deliver(batch)];
  const messages: string[] = [];
  const faults: Fault[] = [
    { name: 'one refused record', key: first?.idempotencyKey ?? '', callId: first?.call.call_id ?? '' },
    { name: 'a server error' },
    { name: 'refused credentials' },
    { name: 'a request to slow down', retryAfterMs: 2_000 },
  ];
  if (subject.unacceptable !== undefined) {
    const { unacceptable } = subject;
    answers.push(
      await deliver(batch.map((delivery) => ({ ...delivery, call: unacceptable(delivery.call) }))),
    );
  }
  for (const fault of faults.filter(({ name }) => subject.faults.includes(name))) {
    await stage(fault);
    answers.push(await deliver(batch));
    messages.push(JSON.stringify(await adapter().check(AbortSignal.timeout(15_000))));
  }
  await stage(undefined);
  const traces: string[] = [];
  for (const { outcomes, threw } of answers) {
    for (const outcome of outcomes) {
      const { trace, ...rest } = outcome as { trace?: unknown };
      messages.push(JSON.stringify(rest));
      if (trace !== undefined) traces.push(JSON.stringify(trace));
    }
    if (threw instanceof Error) messages.push(threw.message, (threw as { remedy?: string }).remedy ?? '');
  }
  return { messages, traces };
}

function wholeNumbers(): string[] {
  return provoking.flatMap((kind) => {
    const forms = numberForms(deliveryOf(kind).call.counterpart_e164 ?? '');
    return forms === undefined ? [] : [forms.full, forms.national, forms.significant];
  });
}

/** Removes the characters that people put between the digits of a number. */
function squeezed(text: string): string {
  return text.replace(/(?<=\d)[\s().-]+(?=\d)/g, '');
}

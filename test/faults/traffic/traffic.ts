import { setTimeout as sleep } from 'node:timers/promises';
import type { CallFields } from '../../../src/domain/jet-fields.ts';
import type { Stage } from '../../../src/domain/stage.ts';
import { answeredCall } from '../../../src/simulate/traffic/answered-call.ts';
import type { Random } from '../../../src/simulate/traffic/random.ts';
import { pageSpelling, writeBody } from '../../../src/simulate/traffic/spelling.ts';
import type { AnsweredPushes, SentPush } from './answered-pushes.ts';

/** The pushes of an inbound call, in Jet's order. Each has a field that no other push has. */
export function callPushes(callId: string, seconds: number): readonly [SentPush, SentPush, SentPush] {
  const { start, answered, end } = answeredCall(callId, seconds);
  const push = (stage: Stage, fields: CallFields): SentPush => ({
    callId,
    stage,
    body: writeBody(fields, 'inbound', pageSpelling),
  });
  return [push('call_start', start), push('call_answered', answered), push('call_end', end)];
}

/** The calls of a fault as a sequence of pushes. Some calls overlap, and one in five is out of order. */
export function* callTraffic(name: string, random: Random): Generator<SentPush, never> {
  const underWay: SentPush[][] = [];
  for (let number = 0; ;) {
    while (underWay.length < 40) {
      const pushes = [...callPushes(`${name}-${number}`, random.integer(1, 3600))];
      underWay.push(random.chance(0.2) ? random.shuffled(pushes) : pushes);
      number += 1;
    }
    const index = random.integer(0, underWay.length - 1);
    const push = underWay[index]?.shift();
    if (underWay[index]?.length === 0) underWay.splice(index, 1);
    if (push !== undefined) yield push;
  }
}

/** A login without a token, for processes whose clock leaves the token's lifetime. */
export const faultHeader = { name: 'x-fault', value: 'header-of-the-faults' } as const;

const paths: Readonly<Record<string, string>> = {
  call_start: '/webhooks/jet/call-start',
  call_answered: '/webhooks/jet/call-answered',
  call_end: '/webhooks/jet/call-end',
};

/** Sends one push once, with a token or with the agreed header. Undefined: no answer. */
export async function post(
  url: string,
  token: string | undefined,
  push: SentPush,
): Promise<number | undefined> {
  return (await ask(url, token, push))?.status;
}

/** The receiver's answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends one push once. */
export async function ask(
  url: string,
  token: string | undefined,
  push: SentPush,
): Promise<Answer | undefined> {
  try {
    const answer = await fetch(`${url}${paths[push.stage] ?? '/webhooks/jet'}`, {
      method: 'POST',
      headers: {
        ...(token === undefined
          ? { [faultHeader.name]: faultHeader.value }
          : { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
      },
      body: push.body,
      signal: AbortSignal.timeout(40_000),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  } catch {
    return undefined;
  }
}

export interface Sending {
  readonly pushes: Iterator<SentPush, unknown>;
  /** Pushes a second. */
  readonly rate: number;
  readonly answers: AnsweredPushes;
  readonly isOver: () => boolean;
  readonly send: (push: SentPush) => Promise<number | undefined>;
}

/** Sends at a steady rate, even without answers, until it is over. Then waits for the answers. */
export async function sendAtRate({ pushes, rate, answers, isOver, send }: Sending): Promise<void> {
  const onTheWay = new Set<Promise<void>>();
  const startedMs = performance.now();
  for (let number = 0; !isOver();) {
    for (const due = ((performance.now() - startedMs) * rate) / 1000; number < due; number += 1) {
      const next = pushes.next();
      if (next.done === true) {
        await Promise.all(onTheWay);
        return;
      }
      const push = next.value;
      const sent = send(push)
        .then((status) => answers.record(push, status))
        .finally(() => onTheWay.delete(sent));
      onTheWay.add(sent);
    }
    await sleep(5);
  }
  await Promise.all(onTheWay);
}

/** Sends everything with several senders at once, as fast as the answers come. */
export async function sendAll(
  pushes: readonly SentPush[],
  senders: number,
  answers: AnsweredPushes,
  send: (push: SentPush) => Promise<number | undefined>,
): Promise<void> {
  const queue = [...pushes];
  const work = async (): Promise<void> => {
    for (let push = queue.shift(); push !== undefined; push = queue.shift())
      answers.record(push, await send(push));
  };
  await Promise.all(Array.from({ length: senders }, work));
}

/** A client that retries at one address after the other until the push is accepted. Undefined after a minute. */
export async function insist(
  urls: readonly string[],
  token: string,
  push: SentPush,
): Promise<number | undefined> {
  const endMs = performance.now() + 60_000;
  for (let tries = 0; performance.now() < endMs; tries += 1) {
    const status = await post(urls[tries % urls.length] ?? '', token, push);
    if (status === 200) return status;
    await sleep(50 + 50 * Math.min(tries, 10));
  }
  return undefined;
}

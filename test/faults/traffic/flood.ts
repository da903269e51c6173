import { connect, type Socket } from 'node:net';
import { statusOfWhole } from '../../bench/load.ts';
import type { AnsweredPushes, SentPush } from './answered-pushes.ts';

export interface Flood {
  readonly url: string;
  readonly token: string;
  readonly answers: AnsweredPushes;
  readonly connections: number;
  /** Pushes a second over all connections. Without it: as fast as the answers come. */
  readonly rate?: number;
  readonly durationMs: number;
  /** The push with this number. For large pushes, keep few. */
  readonly push: (number: number) => SentPush;
}

export interface Flooded {
  /** Milliseconds from the planned time to the answer, for accepted pushes. */
  readonly takenMs: readonly number[];
  /** `Retry-After` of each answer other than 2xx. */
  readonly retryAfter: readonly (string | undefined)[];
}

/**
 * Sends on keep-alive connections, with one push in flight on each. It must be cheap, because it shares the machine.
 */
export async function flood(options: Flood): Promise<Flooded> {
  const { connections, rate, durationMs } = options;
  const takenMs: number[] = [];
  const retryAfter: (string | undefined)[] = [];
  const startMs = performance.now();
  let number = 0;
  /** The next push and its planned time. Undefined when the flood is over. */
  const next = (): { push: SentPush; dueMs: number } | undefined => {
    const nowMs = performance.now();
    const dueMs = rate === undefined ? nowMs : startMs + (number * 1000) / rate;
    if (Math.max(nowMs, dueMs) > startMs + durationMs) return undefined;
    return { push: options.push(number++), dueMs };
  };
  const onAnswer = (status: number, head: string, dueMs: number): void => {
    if (status < 300) takenMs.push(performance.now() - dueMs);
    else retryAfter.push(/^retry-after: (.*)$/im.exec(head)?.[1]?.trim());
  };
  await Promise.all(Array.from({ length: connections }, () => sendOn(options, next, onAnswer)));
  return { takenMs, retryAfter };
}

function sendOn(
  { url, token, answers }: Flood,
  next: () => { push: SentPush; dueMs: number } | undefined,
  onAnswer: (status: number, head: string, dueMs: number) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const open = (): void => {
      const socket: Socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', noDelay: true });
      let sent: ReturnType<typeof next>;
      let received = '';
      let isOver = false;
      const send = (): void => {
        sent = next();
        if (sent === undefined) {
          isOver = true;
          socket.end();
          return;
        }
        const { push, dueMs } = sent;
        const head =
          `POST /webhooks/jet/call-start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(push.body)}\r\n\r\n`;
        const write = (): unknown => socket.write(head + push.body);
        const waitMs = dueMs - performance.now();
        if (waitMs > 0) setTimeout(write, waitMs);
        else write();
      };
      socket.on('connect', send);
      socket.on('data', (bytes) => {
        received += bytes.toString('latin1');
        const status = statusOfWhole(received);
        if (status === undefined || sent === undefined) return;
        answers.record(sent.push, status);
        onAnswer(status, received, sent.dueMs);
        received = '';
        sent = undefined;
        send();
      });
      socket.setTimeout(60_000, () => socket.destroy());
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (sent !== undefined) answers.record(sent.push, undefined);
        if (isOver) resolve();
        else open();
      });
    };
    open();
  });
}

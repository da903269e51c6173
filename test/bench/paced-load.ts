import { connect, type Socket } from 'node:net';
import type { Stage } from '../../src/domain/stage.ts';
import { statusOfWhole } from './load.ts';
import { createPushSources, type PushSource } from './push-source.ts';
import { requestHead } from './request.ts';
import type { Server } from './servers.ts';

/** A push that was answered. Times are of `performance.now()`. */
export interface AnsweredPush {
  readonly callId: string;
  readonly stage: Stage;
  /** When it should have been sent. A wait for a connection counts. */
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

const connections = 20;
const giveUpMs = 10_000;

/**
 * Sends pushes at a steady rate on keep-alive connections, however long the answers take.
 * @returns how many answers were not 200, or did not come
 */
export async function sendPaced(
  { port, token }: Server,
  perSecond: number,
  durationMs: number,
  onAnswer: (push: AnsweredPush) => void,
): Promise<number> {
  const sources = createPushSources((length) => requestHead(token, length));
  const count = Math.round((durationMs / 1000) * perSecond);
  const startedMs = performance.now();
  const counted = { failures: 0 };
  await Promise.all(
    Array.from({ length: connections }, (_, index) => {
      const dueTimes = { startedMs, index, count, everyMs: 1000 / perSecond };
      return sendOn(port, sources.create(), dueTimes, counted, onAnswer);
    }),
  );
  return counted.failures;
}

/** With n connections, each sends every n-th push, so that the pushes of one call keep their order. */
function sendOn(
  port: number,
  source: PushSource,
  { startedMs, index, count, everyMs }: { startedMs: number; index: number; count: number; everyMs: number },
  counted: { failures: number },
  onAnswer: (push: AnsweredPush) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let nth = index;
    let received = '';
    const dueAtMs = (): number => startedMs + nth * everyMs;
    const sendWhenDue = (): void => {
      if (nth >= count) socket.end();
      else setTimeout(() => socket.write(source.next()), Math.max(0, dueAtMs() - performance.now()));
    };
    socket.setTimeout(giveUpMs, () => socket.destroy());
    socket.on('connect', sendWhenDue);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const status = statusOfWhole(received);
      if (status === undefined) return;
      if (status === 200)
        onAnswer({ ...bodyOf(received), sentAtMs: dueAtMs(), answeredAtMs: performance.now() });
      else counted.failures += 1;
      received = '';
      nth += connections;
      sendWhenDue();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      // A push that should have been sent and was not also counts as failed.
      counted.failures += Math.max(0, Math.ceil((count - nth) / connections));
      resolve();
    });
  });
}

function bodyOf(answer: string): { callId: string; stage: Stage } {
  const { callId, stage } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as {
    callId: string;
    stage: Stage;
  };
  return { callId, stage };
}

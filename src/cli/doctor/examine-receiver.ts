import { z } from 'zod';
import type { CoreSettings } from '../../config/core-schema.ts';
import type { Finding } from '../../contract/adapter.ts';
import type { StoreLoss } from '../../store/watch-file.ts';

const answersWithinMs = 3_000;

const readinessSchema = z.object({
  status: z.string().optional(),
  store: z.object({ reason: z.string(), remedy: z.string() }).optional(),
});

export interface ReceiverExamined {
  readonly isRunning: boolean;
  /** Only the receiver knows whether the file that it opened is still the file at the store's path. */
  readonly loss: StoreLoss | undefined;
  readonly findings: Finding[];
}

/** Asks the receiver on the host and port of the settings whether it runs, and whether it can store a push. */
export async function examineReceiver({ HOST, PORT }: CoreSettings): Promise<ReceiverExamined> {
  const host = ({ '0.0.0.0': '127.0.0.1', '::': '::1' } as Record<string, string>)[HOST] ?? HOST;
  const place = `${host.includes(':') ? `[${host}]` : host}:${PORT}`;
  const answer = await fetch(`http://${place}/readyz`, { signal: AbortSignal.timeout(answersWithinMs) })
    .then(async (response) => readinessSchema.safeParse(await response.json()).data)
    .catch(() => undefined);
  if (answer === undefined) {
    const message = `No receiver answers on ${place}.`;
    return {
      ...{ isRunning: false, loss: undefined },
      findings: [
        { level: 'warning', message, remedy: 'Start it: npm start, or systemctl start jet-receiver' },
      ],
    };
  }
  const { status = 'ready', store: loss } = answer;
  const isFit = status === 'ready' && loss === undefined;
  return {
    ...{ isRunning: true, loss },
    findings: [
      isFit
        ? { level: 'ok', message: `The receiver runs on ${place} and can store pushes.` }
        : {
            level: 'fault',
            message: `The receiver runs on ${place}, but cannot store pushes (${status}).`,
            remedy:
              loss?.remedy ??
              'Read the log of the receiver for the reason. The findings about the store may also name it.',
          },
    ],
  };
}

import { z } from 'zod';
import type { CoreSettings } from '../../config/core-schema.ts';
import { alivePath } from '../../console/alive.ts';
import type { Finding } from '../../contract/adapter.ts';

const answersWithinMs = 3_000;

const aliveSchema = z.object({ console: z.literal('jet-receiver') });

/** Asks the console of a running receiver whether it answers. Empty when the console is off. */
export async function examineConsole({ ROLE, CONSOLE_HOST, CONSOLE_PORT }: CoreSettings): Promise<Finding[]> {
  if (ROLE === 'deliver' || CONSOLE_PORT === 0) return [];
  const host =
    ({ '0.0.0.0': '127.0.0.1', '::': '::1' } as Record<string, string>)[CONSOLE_HOST] ?? CONSOLE_HOST;
  const place = `http://${host.includes(':') ? `[${host}]` : host}:${CONSOLE_PORT}`;
  let answer: Response;
  try {
    answer = await fetch(place + alivePath, {
      signal: AbortSignal.timeout(answersWithinMs),
      redirect: 'manual',
    });
  } catch {
    return [
      {
        level: 'warning',
        message: `The console does not answer on ${place}.`,
        remedy:
          'Set CONSOLE_PORT to a free port, and start the receiver again. The log says why it has no console.',
      },
    ];
  }
  const isOurs = aliveSchema.safeParse(await answer.json().catch(() => undefined)).success;
  if (isOurs) return [{ level: 'ok', message: `The console answers on ${place}/console.` }];
  return [
    {
      level: 'warning',
      message: `Another program answers on ${place}, so this receiver has no console.`,
      remedy: 'Set CONSOLE_PORT to a free port, and start the receiver again.',
    },
  ];
}

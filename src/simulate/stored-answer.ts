import { z } from 'zod';
import { stages } from '../domain/stage.ts';

const storedAnswer = z.object({
  status: z.literal('stored'),
  pushId: z.string().min(1),
  callId: z.string().min(1),
  stage: z.enum(stages),
  duplicate: z.boolean(),
  warnings: z.array(z.object({ code: z.string() })),
});

const storedList = z.object({ status: z.literal('stored'), pushes: z.array(z.unknown()) });

// Only a text in the form of a code is shown: an answer could repeat data that must not be printed.
const problem = z.object({ code: z.string().regex(/^[\w-]{1,40}$/) });

export type StoredAnswer = z.infer<typeof storedAnswer>;

/** The 200 answer to a push. Undefined when it does not have the documented form. */
export function readStoredAnswer(body: string): StoredAnswer | undefined {
  return storedAnswer.safeParse(parseJson(body)).data;
}

/** The 200 answer to a list, one entry per item. Undefined when it does not have the documented form. */
export function readStoredList(body: string): (StoredAnswer | undefined)[] | undefined {
  const list = storedList.safeParse(parseJson(body)).data;
  return list?.pushes.map((push) => storedAnswer.safeParse(push).data);
}

/** The stable code of an `application/problem+json` answer. */
export function problemCode(body: string): string | undefined {
  return problem.safeParse(parseJson(body)).data?.code;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

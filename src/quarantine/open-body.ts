import { decodeText } from '../intake/decode-text.ts';
import { readBody, type BodyReading } from '../intake/read-body.ts';
import type { IntakeSettings } from '../intake/read-push.ts';
import type { RawBody } from '../store/inbox.ts';
import type { QuarantinedBody } from '../store/quarantine.ts';
import { Problem, type ProblemCode } from '../web/problem.ts';
import { decodeBody } from '../web/read-body.ts';

/** What today's parser makes of a body: pushes, or the fault that it still has. */
export type Reading = BodyReading | { readonly code: ProblemCode; readonly detail: string };

/** Reads a received or quarantined body with today's parser and settings. */
export async function openBody(
  { body, contentEncoding, contentType, pathStage }: RawBody,
  intake: IntakeSettings,
): Promise<Reading> {
  try {
    return readBody(await decodeBody(body, contentEncoding), contentType, pathStage, intake);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, detail } = error;
    return { code, detail };
  }
}

/** The text of a quarantined body. Undefined when its encoding cannot be undone. */
export async function textOfBody({
  body,
  contentEncoding,
  contentType,
}: QuarantinedBody): Promise<string | undefined> {
  const decoded = await decodeBody(body, contentEncoding).catch(() => undefined);
  return decoded === undefined ? undefined : decodeText(decoded, contentType).text;
}

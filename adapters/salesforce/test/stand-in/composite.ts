import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import { ApiRefusal, refusalAnswer, type ApiAnswer, type ApiRequest } from './api-answer.ts';
import type { Org } from './org/org.ts';

const subrequestsMax = 25;
/** How many of the subrequests may be queries or collections. */
const heavyMax = 5;

interface Subrequest {
  readonly method: string;
  readonly url: string;
  readonly referenceId: string;
  readonly body?: unknown;
}

/** Answers a request. It takes the method, the address with its query, and the body. */
export type AnswerInner = (method: string, url: string, body: unknown) => ApiAnswer;

/** Answers POST /composite. The steps run in order, and each can refer to the answers of earlier steps. */
export function answerComposite(org: Org, request: ApiRequest, answerInner: AnswerInner): ApiAnswer {
  const { subrequests, allOrNone } = readBody(request.body);
  const back = allOrNone ? org.savepoint() : undefined;
  const answered = new Map<string, ApiAnswer>();
  for (const { method, url, referenceId, body } of subrequests.slice(0, request.writesOnly)) {
    const answer = resolved({ url, body }, answered);
    answered.set(referenceId, 'status' in answer ? answer : answerInner(method, answer.url, answer.body));
    if (back !== undefined && isFailure(answered.get(referenceId))) break;
  }
  const failed = [...answered.values()].some(isFailure);
  if (failed) back?.();
  return {
    status: 200,
    body: {
      compositeResponse: subrequests.map(({ referenceId }) => {
        const own = answered.get(referenceId);
        const undone = back !== undefined && failed && !isFailure(own);
        return asResponse(referenceId, undone || own === undefined ? halted : own);
      }),
    },
  };
}

const halted = refusalAnswer(
  400,
  'PROCESSING_HALTED',
  'The transaction was rolled back since another operation in the same transaction failed.',
);

function isFailure(answer: ApiAnswer | undefined): boolean {
  return answer !== undefined && answer.status >= 300;
}

function asResponse(referenceId: string, { status, headers, body }: ApiAnswer): JsonValue {
  const { location } = headers ?? {};
  return {
    body: body ?? null,
    httpHeaders: location === undefined ? {} : { Location: location },
    httpStatusCode: status,
    referenceId,
  };
}

function readBody(body: unknown): { subrequests: readonly Subrequest[]; allOrNone: boolean } {
  const { compositeRequest, allOrNone = false } = (body ?? {}) as Record<string, unknown>;
  if (!Array.isArray(compositeRequest) || typeof allOrNone !== 'boolean') {
    throw new ApiRefusal(400, 'JSON_PARSER_ERROR', 'It takes compositeRequest and allOrNone');
  }
  const subrequests = compositeRequest as readonly Subrequest[];
  const refuse = (message: string): never => {
    throw new ApiRefusal(400, 'INVALID_INPUT', message);
  };
  if (subrequests.length > subrequestsMax) refuse('Limit of 25 subrequests exceeded');
  const heavy = subrequests.filter(({ url }) => /\/(?:query|composite\/sobjects)\b/.test(url));
  if (heavy.length > heavyMax) refuse('Limit of 5 queries and collections exceeded');
  for (const { method, url, referenceId } of subrequests) {
    if (typeof method !== 'string' || typeof url !== 'string')
      refuse('A subrequest needs a method and a url');
    if (!/^[A-Za-z]\w*$/.test(referenceId)) refuse(`Provided referenceId is no name: ${referenceId}`);
  }
  const names = subrequests.map(({ referenceId }) => referenceId);
  if (new Set(names).size !== names.length) refuse('Provided referenceIds are not unique');
  return { subrequests, allOrNone };
}

const reference = /@\{([A-Za-z]\w*)((?:\.\w+|\[\d+\])*)\}/g;

/** Replaces every reference in a subrequest by a value from an earlier answer, or says why that is impossible. */
function resolved(
  given: { url: string; body: unknown },
  answered: ReadonlyMap<string, ApiAnswer>,
): { url: string; body: unknown } | ApiAnswer {
  const missing: string[] = [];
  const replace = (text: string): string =>
    text.replace(reference, (whole, name: string, path: string) => {
      const answer = answered.get(name);
      const value = isFailure(answer) ? undefined : valueAt(answer?.body, path);
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      missing.push(`${name}${path}`);
      return whole;
    });
  const url = replace(given.url);
  const body = given.body === undefined ? undefined : mapText(given.body, replace);
  const [first] = missing;
  if (first === undefined) return { url, body };
  const message = `Invalid reference specified. No value for ${first} found in ${first.replace(/[.[].*$/, '')}`;
  return refusalAnswer(400, 'PROCESSING_HALTED', message);
}

function valueAt(body: unknown, path: string): unknown {
  return (path.match(/\w+/g) ?? []).reduce<unknown>(
    (value, part) => (value as Record<string, unknown> | null | undefined)?.[part],
    body,
  );
}

function mapText(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((one) => mapText(one, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapText(one, replace)]));
}

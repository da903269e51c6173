import { ApiRefusal, refusalAnswer, type ApiAnswer, type ApiRequest } from './api-answer.ts';
import { answerComposite } from './composite.ts';
import { answerDescribe } from './org/describe.ts';
import type { RequestKind } from './fault.ts';
import { answerManyRecords, answerRetrieve } from './org/many-records.ts';
import { answerOneRecord, answerRecord, answerUpsert } from './org/one-record.ts';
import type { Org } from './org/org.ts';
import { answerQuery } from './query/query.ts';
import type { StagedRefusal } from './org/save.ts';
import { answerSearch } from './query/search.ts';

/** The versions that the org supports. Older ones are retired, and newer ones do not exist yet. */
const oldestVersion = 31;
const newestVersion = 67;

interface Route {
  readonly kind: RequestKind;
  readonly method: string;
  /** Matches the decoded path after the version root. */
  readonly path: RegExp;
  readonly answer: (surroundings: Surroundings, request: ApiRequest) => ApiAnswer;
}

export interface Surroundings {
  readonly org: Org;
  readonly refuses: StagedRefusal;
  /** The rest of the daily limit. */
  readonly limits: () => { readonly max: number; readonly remaining: number };
}

const saving =
  (answer: typeof answerOneRecord): Route['answer'] =>
  ({ org, refuses }, request) =>
    answer({ org, refuses, root: request.root }, request);

const reading =
  (answer: typeof answerQuery): Route['answer'] =>
  ({ org }, request) =>
    answer(org, request);

const routes: readonly Route[] = [
  { kind: 'search', method: 'GET', path: /^search$/, answer: reading(answerSearch) },
  { kind: 'query', method: 'GET', path: /^query(?:\/[^/]+)?$/, answer: reading(answerQuery) },
  { kind: 'describe', method: 'GET', path: /^sobjects\/\w+\/describe$/, answer: reading(answerDescribe) },
  { kind: 'retrieve', method: 'GET', path: /^sobjects\/\w+\/\w+$/, answer: reading(answerRecord) },
  { kind: 'retrieve', method: 'POST', path: /^composite\/sobjects\/\w+$/, answer: reading(answerRetrieve) },
  { kind: 'create', method: 'POST', path: /^sobjects\/\w+$/, answer: saving(answerOneRecord) },
  { kind: 'update', method: 'PATCH', path: /^sobjects\/\w+\/\w+$/, answer: saving(answerOneRecord) },
  { kind: 'upsert', method: 'PATCH', path: /^sobjects\/\w+\/\w+\/[^/]+$/, answer: saving(answerUpsert) },
  { kind: 'create', method: 'POST', path: /^composite\/sobjects$/, answer: saving(answerManyRecords) },
  { kind: 'update', method: 'PATCH', path: /^composite\/sobjects$/, answer: saving(answerManyRecords) },
  {
    kind: 'upsert',
    method: 'PATCH',
    path: /^composite\/sobjects\/\w+\/\w+$/,
    answer: saving(answerManyRecords),
  },
  {
    kind: 'composite',
    method: 'POST',
    path: /^composite$/,
    answer: (surroundings, request) =>
      answerComposite(surroundings.org, request, (method, url, body) =>
        answerInComposite(surroundings, method, url, body),
      ),
  },
  {
    kind: 'limits',
    method: 'GET',
    path: /^limits$/,
    answer: ({ limits }) => {
      const { max, remaining } = limits();
      return { status: 200, body: { DailyApiRequests: { Max: max, Remaining: remaining } } };
    },
  },
];

interface Target {
  readonly version: number;
  readonly root: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** Finds the route of an address. Undefined outside the data API. */
export function readTarget(url: string): Target | undefined {
  const found = /^(\/services\/data\/v(\d+)\.0)(?:\/([^?]*))?(?:\?(.*))?$/.exec(url);
  if (found === null) return undefined;
  const [, root = '', version, path = '', query] = found;
  return {
    version: Number(version),
    root,
    // Parsed like a query, so that a stray percent sign is kept instead of causing an error.
    segments: path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decoded),
    query: new URLSearchParams(query),
  };
}

function decoded(segment: string): string {
  return new URLSearchParams(`x=${segment.replaceAll('+', '%2B').replaceAll('&', '%26')}`).get('x') ?? '';
}

/** The kind of a request to the data API, for counts and faults. */
export function kindOf(method: string, url: string): RequestKind {
  const target = readTarget(url);
  return (target && routeOf(method, target)?.kind) ?? 'other';
}

export function answerApi(
  surroundings: Surroundings,
  method: string,
  url: string,
  body: unknown,
  writesOnly = Infinity,
): ApiAnswer {
  const target = readTarget(url);
  if (target === undefined || target.version > newestVersion) {
    return refusalAnswer(404, 'NOT_FOUND', 'The requested resource does not exist');
  }
  if (target.version < oldestVersion) {
    return refusalAnswer(410, 'UNSUPPORTED_API_VERSION', 'This version of the API is retired.');
  }
  const route = routeOf(method, target);
  if (route === undefined) {
    const known = routes.some(({ path }) => path.test(pathOf(target)));
    return known
      ? refusalAnswer(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed.`)
      : refusalAnswer(404, 'NOT_FOUND', 'The requested resource does not exist');
  }
  try {
    return route.answer(surroundings, { ...target, kind: route.kind, method, body, writesOnly });
  } catch (error) {
    if (error instanceof ApiRefusal) return refusalAnswer(error.status, error.errorCode, error.message);
    throw error;
  }
}

/** A composite request must not contain a search or another composite. */
function answerInComposite(
  surroundings: Surroundings,
  method: string,
  url: string,
  body: unknown,
): ApiAnswer {
  const kind = kindOf(method, url);
  if (kind === 'search' || kind === 'composite') {
    return refusalAnswer(400, 'INVALID_INPUT', 'This resource is not supported in a composite request');
  }
  return answerApi(surroundings, method, url, body);
}

/** The last part of a path can hold any value, so only its position counts. */
function pathOf({ segments }: Target): string {
  return segments.map((segment, index) => (index < 3 ? segment : 'value')).join('/');
}

function routeOf(method: string, target: Target): Route | undefined {
  return routes.find((route) => route.method === method && route.path.test(pathOf(target)));
}

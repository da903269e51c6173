import type { Request } from 'express';
import { callerAddress } from '../auth/caller-address.ts';
import { credentialOf } from '../auth/credential.ts';
import { shownPath } from '../domain/shown/shown-path.ts';
import type { RefusalTally } from '../store/lookup/refusal-tally.ts';
import { requestIdOf } from '../web/request-id.ts';
import type { Metrics } from './metrics.ts';

/** What a refused request was answered. */
export interface Refusal {
  /** The code of the problem, or of the OAuth error. */
  readonly code: string;
  readonly status: number;
  readonly quarantineId?: string | undefined;
  /** The kind of credential where it is not in a header. */
  readonly credential?: 'body' | undefined;
}

/** The facts of a refused request that are safe to log, store and show. */
export interface RefusedFacts {
  readonly code: string;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly credential: string;
  readonly address: string;
  readonly requestId: string;
  readonly quarantineId: string | undefined;
}

/** Counts a refused request, and returns its facts for the log. */
export type NoteRefusal = (request: Request, refusal: Refusal) => RefusedFacts;

export interface RefusalSettings {
  /** The name of the fixed header in lower case, if one is configured. */
  readonly headerName: string | undefined;
  /** Texts that no path may show. */
  readonly secrets: readonly string[];
}

const methodLengthMax = 16;
const sizeMax = 2 ** 31 - 1;

export function createNoteRefusal(
  tally: Pick<RefusalTally, 'note'>,
  metrics: Pick<Metrics, 'requestRefused'>,
  { headerName, secrets }: RefusalSettings,
): NoteRefusal {
  return (request, { code, status, quarantineId, credential }) => {
    const facts: RefusedFacts = {
      ...{ code, status, method: request.method.slice(0, methodLengthMax) },
      path: shownPath(request.path, secrets),
      credential: credential ?? credentialOf(request, headerName),
      address: callerAddress(request),
      ...{ requestId: requestIdOf(request), quarantineId },
    };
    metrics.requestRefused(code);
    tally.note({ ...facts, size: declaredSize(request) });
    return facts;
  };
}

function declaredSize({ headers }: Request): number | undefined {
  const size = Number(headers['content-length'] ?? NaN);
  return Number.isSafeInteger(size) && size >= 0 ? Math.min(size, sizeMax) : undefined;
}

import { createHash } from 'node:crypto';

export const callsPath = '/console/calls';

/** The stream of changed calls. */
export const livePath = '/console/live-calls';

/** The page of one call. */
export function callPath(callId: string): string {
  return `${callsPath}/${encodeURIComponent(callId)}`;
}

/** The id of a call's row. A call id can hold any character. */
export function callRowId(callId: string): string {
  return `call-${createHash('sha256').update(callId).digest('hex').slice(0, 16)}`;
}

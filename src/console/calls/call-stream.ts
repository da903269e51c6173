import type { Request, Response } from 'express';
import type { CallFilter } from '../../store/lookup/call-filter.ts';
import { readChangedCalls } from '../../store/lookup/live-calls.ts';
import { Problem } from '../../web/problem.ts';
import { visitOf } from '../access.ts';
import { tableRow } from '../table.ts';
import { callColumns, type CallRow } from './call-columns.ts';
import type { CallDependencies } from './call-dependencies.ts';
import { callRowsOf } from './call-rows.ts';
import type { LiveHub } from './live-hub.ts';
import { matchesFilter } from './matches-filter.ts';

const retryMs = 2_000;
const pingMs = 20_000;
// A stream ends after this time, so that a page whose session has ended gets no more calls.
const streamMs = 15 * 60_000;
const missedMax = 200;
// A page is disconnected when this many bytes wait for it. It connects again and gets the missed calls.
const waitingBytesMax = 1_000_000;

/**
 * Streams changed calls to a page as rows (server-sent events). The id of an event is the call's revision. A page that
 * connects again gets the calls that changed since.
 */
export async function streamCalls(
  request: Request,
  response: Response,
  dependencies: CallDependencies,
  hub: LiveHub,
  filter: CallFilter,
  after: number | undefined,
): Promise<void> {
  const { store, clock, timeZone } = dependencies;
  const { access } = visitOf(response);
  let ready = false;
  const early: CallRow[] = [];
  const send = (rows: readonly CallRow[]): void => {
    if (!ready) {
      early.push(...rows);
      return;
    }
    const columns = callColumns({ access, timeZone, nowMs: clock() });
    // The oldest row is sent first, so that the newest ends on top.
    for (const row of [...rows].sort((a, b) => a.listed.revision - b.listed.revision)) {
      const event = matchesFilter(row, filter) ? 'row' : 'change';
      const markup = tableRow(columns, row).text.replace(/\s+/g, ' ');
      response.write(`event: ${event}\nid: ${row.listed.revision}\ndata: ${markup}\n\n`);
    }
    if (response.writableLength > waitingBytesMax) response.destroy();
  };
  const leave = hub.join({ send, end: () => void response.end() });
  if (leave === undefined)
    throw new Problem('store_unavailable', 'Too many pages are live at once. Load the page again later.', {
      headers: { 'Retry-After': '60' },
    });
  const ping = setInterval(() => void response.write(': ping\n\n'), pingMs);
  const end = setTimeout(() => void response.end(), streamMs);
  response.on('close', () => {
    leave();
    clearInterval(ping);
    clearTimeout(end);
  });
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'X-Accel-Buffering': 'no',
    Connection: 'close',
  });
  response.write(`retry: ${retryMs}\n\n`);
  request.socket.setNoDelay(true);
  const missed =
    after === undefined
      ? []
      : await callRowsOf(dependencies, await readChangedCalls(store, after, missedMax));
  ready = true;
  send(missed);
  send(early);
}

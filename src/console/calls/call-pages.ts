import { Router, type Request, type Response } from 'express';
import { readAttempts } from '../../store/attempts.ts';
import type { CallFilter } from '../../store/lookup/call-filter.ts';
import { listCalls } from '../../store/lookup/list-calls.ts';
import { readNewestRevision } from '../../store/lookup/live-calls.ts';
import { readRecentServices } from '../../store/lookup/recent-services.ts';
import { readTrace, type CallTrace } from '../../store/lookup/read-trace.ts';
import { resolveSearch } from '../../store/lookup/resolve-search.ts';
import { isFillingListed } from '../../store/upkeep/fill-listed.ts';
import { Problem } from '../../web/problem.ts';
import { visitOf } from '../access.ts';
import { sendConsolePage } from '../console-page.ts';
import type { CallDependencies } from './call-dependencies.ts';
import { callPath, callsPath, livePath } from './call-path.ts';
import { callQuery, readCallQuery, revision, type CallQuery } from './call-query.ts';
import { callRowsOf } from './call-rows.ts';
import { streamCalls } from './call-stream.ts';
import { listPage } from './list-page.ts';
import type { LiveHub } from './live-hub.ts';
import type { ShownComparison } from './today-section.ts';
import { tracePage } from './trace-page.ts';

const pageLength = 50;

/** The pages of calls: the live list, its stream, and the trace of one call. */
export function callPages(dependencies: CallDependencies, hub: LiveHub): Router {
  const { store, clock, timeZone, statusMap, destinations, log } = dependencies;
  const router = Router();

  router.get(callsPath, async (request, response) => {
    const query = callQuery(request.query);
    const read = readCallQuery(query, timeZone, destinations);
    const found = await withSearch(query, read.filter);
    if ('callId' in found) {
      response.redirect(303, callPath(found.callId));
      return;
    }
    const isReadable = read.faults.length === 0;
    // The revision is read first, so that the live page misses no change.
    const newestRevision = await readNewestRevision(store);
    const listing = { filter: found, statusMap, before: read.before, limit: pageLength };
    const { calls, before, isUnfinished } = isReadable
      ? await listCalls(store, listing)
      : { calls: [], before: undefined, isUnfinished: false };
    const content = listPage({
      ...{ query, faults: read.faults, before, isUnfinished, newestRevision },
      choices: { destinations, services: await readRecentServices(store) },
      rows: await callRowsOf(dependencies, calls),
      isFilling: await isFillingListed(store),
      settings: { access: visitOf(response).access, timeZone, nowMs: clock() },
    });
    sendConsolePage(response, { title: 'Calls', content, status: isReadable ? 200 : 400 });
  });

  router.get(livePath, async (request, response) => {
    const query = callQuery(request.query);
    const { filter, faults } = readCallQuery(query, timeZone, destinations);
    const [fault] = faults;
    if (fault !== undefined) throw new Problem('bad_request', fault);
    const found = await withSearch(query, filter);
    const last = revision(request.get('last-event-id')) ?? revision(query.after);
    await streamCalls(request, response, dependencies, hub, 'callId' in found ? filter : found, last);
  });

  router.get('/console/calls/:id', async (request, response) => {
    const trace = await readTrace(store, request.params.id);
    if (trace === undefined)
      throw new Problem(
        'not_found',
        'There is no call with this id. It may have been removed because of its age.',
      );
    const compared = await compareWhenAsked(trace, request, response);
    const [row] = await callRowsOf(dependencies, [{ ...trace, deliveries: [] }]);
    const content = tracePage({
      trace,
      call: dependencies.completeCall(trace.call),
      people: row?.people ?? [],
      today: dependencies.landingsToday(trace),
      compared,
      settings: { access: visitOf(response).access, timeZone, nowMs: clock() },
      attempts: await readAttempts(store, trace.call.id),
    });
    sendConsolePage(response, { title: 'Call', content });
  });

  /** Asks the destination that `compare` names. Only the operator can, because a CRM counts each request. */
  async function compareWhenAsked(
    trace: CallTrace,
    { query }: Request,
    response: Response,
  ): Promise<ShownComparison | undefined> {
    const { compare: destination } = query;
    if (typeof destination !== 'string') return undefined;
    if (visitOf(response).access !== 'operator')
      throw new Problem('not_allowed', 'A viewer cannot ask a destination. Sign in as the operator.');
    try {
      return { destination, landing: await dependencies.compareToday(trace, destination) };
    } catch (error) {
      log.warn({ error, destination, callId: trace.call.id }, 'A destination could not be compared');
      return {
        destination,
        landing: undefined,
        fault: error instanceof Error ? error.message : 'It failed.',
      };
    }
  }

  /** The filter with the searched text, or the single call that the text names. */
  async function withSearch({ q }: CallQuery, filter: CallFilter): Promise<CallFilter | { callId: string }> {
    if (q === undefined) return filter;
    const search = await resolveSearch(store, q, dependencies.readPhone);
    if (search.kind === 'call') return { callId: search.callId };
    if (search.kind === 'number') return { ...filter, counterparts: search.counterparts };
    return { ...filter, services: search.services };
  }

  return router;
}

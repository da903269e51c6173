import { Router } from 'express';
import type { StatusMap } from '../../domain/call-status.ts';
import type { Clock } from '../../domain/clock.ts';
import { readBacklog } from '../../store/backlog.ts';
import { readDestinations } from '../../store/destinations.ts';
import { readMissedCallers } from '../../store/lookup/missed-callers.ts';
import { readLastPushes, readPushMinutes, readQuarantineState } from '../../store/lookup/overview.ts';
import { countRefused } from '../../store/lookup/refused-requests.ts';
import type { Store } from '../../store/store.ts';
import { sendConsolePage } from '../console-page.ts';
import { countedMax, overview } from './overview.ts';

export interface OverviewDependencies {
  readonly store: Store;
  /** The enabled destinations. */
  readonly destinations: readonly string[];
  readonly timeZone: string;
  /** `JET_STATUS_MAP` */
  readonly statusMap: StatusMap;
  /** Why new data would be lost. Undefined while the store is safe. */
  readonly findLoss: () => { reason: string; remedy: string } | undefined;
  readonly clock: Clock;
}

const minutesShown = 60;
const dayMs = 86_400_000;

/** The first page: whether the receiver works now, in one line and a few figures. */
export function overviewPages(dependencies: OverviewDependencies): Router {
  const { store, destinations, timeZone, statusMap, findLoss, clock } = dependencies;
  const router = Router();
  router.get('/console', async (_request, response) => {
    const nowMs = clock();
    const [minutes, lastPushes, backlog, states, missed, refused, quarantine] = await Promise.all([
      readPushMinutes(store, minutesShown, nowMs),
      readLastPushes(store),
      readBacklog(store, destinations, nowMs, countedMax),
      readDestinations(store),
      readMissedCallers(store, statusMap, nowMs - dayMs),
      countRefused(store.reader, { sinceMs: nowMs - dayMs }),
      readQuarantineState(store),
    ]);
    const content = overview({
      ...{ nowMs, timeZone, minutes, lastPushes, backlog, missed, refused, quarantine },
      loss: findLoss(),
      states: states.filter(({ name }) => destinations.includes(name)),
    });
    sendConsolePage(response, { title: 'Overview', content });
  });
  return router;
}

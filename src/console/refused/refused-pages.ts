import { Router } from 'express';
import type { Clock } from '../../domain/clock.ts';
import { countRefused, countRefusedKinds, readRefused } from '../../store/lookup/refused-requests.ts';
import type { Store } from '../../store/store.ts';
import { sendConsolePage } from '../console-page.ts';
import { readRefusedFilter, refusedPath } from './refused-filter.ts';
import { refusedContent } from './refused-content.ts';

export interface RefusedDependencies {
  readonly store: Store;
  readonly timeZone: string;
  readonly clock: Clock;
}

const kindsShown = 200;

/** The page of the refused requests. */
export function refusedPages({ store, timeZone, clock }: RefusedDependencies): Router {
  const router = Router();
  router.get(refusedPath, async (request, response) => {
    const nowMs = clock();
    const { shown, filter, faults } = readRefusedFilter(request.query, nowMs);
    const [refused, kinds, codes] = await Promise.all([
      readRefused(store.reader, filter, kindsShown),
      countRefusedKinds(store.reader, filter),
      countRefused(store.reader, filter),
    ]);
    const content = refusedContent({ shown, faults, refused, kinds, codes, timeZone, nowMs });
    sendConsolePage(response, { title: 'Refused requests', content });
  });
  return router;
}

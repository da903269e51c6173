import type { Area } from '../console/area.ts';
import { auditPages } from '../console/audit/audit-pages.ts';
import { overviewPages } from '../console/overview/overview-pages.ts';
import type { ReceivingKit } from './kit.ts';

/** The areas of the console, in the order of the navigation. */
export function consoleAreas({ store, core, watch, clock }: ReceivingKit): readonly Area[] {
  const shared = { store, clock, timeZone: core.TIME_ZONE };
  const { findLoss } = watch;
  return [
    {
      path: '/console',
      name: 'Overview',
      router: overviewPages({ ...shared, findLoss, destinations: core.ADAPTERS }),
    },
    { path: '/console/audit', name: 'Audit', router: auditPages(shared) },
  ];
}

import type { Area } from '../console/area.ts';
import { auditPages } from '../console/audit/audit-pages.ts';
import { overviewPages } from '../console/overview/overview-pages.ts';
import { callArea } from './call-area.ts';
import type { ReceivingKit } from './kit.ts';

/** The areas of the console, in the order of the navigation. */
export function consoleAreas(kit: ReceivingKit): readonly Area[] {
  const { store, core, watch, clock } = kit;
  const shared = { store, clock, timeZone: core.TIME_ZONE };
  const { findLoss } = watch;
  return [
    {
      path: '/console',
      name: 'Overview',
      router: overviewPages({ ...shared, findLoss, destinations: core.ADAPTERS }),
    },
    callArea(kit),
    { path: '/console/audit', name: 'Audit', router: auditPages(shared) },
  ];
}

import type { Area } from '../../console/area.ts';
import { deliveryPages } from '../../console/deliveries/delivery-pages.ts';
import type { FormDependencies } from '../../console/post-form.ts';
import { createCallCompleter } from '../../domain/call.ts';
import { enabledDestinations } from '../enabled-destinations.ts';
import { estimateRequests } from './estimate-requests.ts';
import type { ReceivingKit } from '../kit.ts';
import { readDifferences } from './replay-differences.ts';
import { phoneSettings } from '../intake-settings.ts';

/** The pages about deliveries, with what they need of the adapters. */
export function deliveryArea(
  { store, core, secretKeys, clock, settings, adapters, metrics }: ReceivingKit,
  forms: FormDependencies,
  isClosing: () => boolean,
): Area {
  const completeCall = createCallCompleter({
    ...phoneSettings(core),
    timeZone: core.TIME_ZONE,
    statusMap: core.JET_STATUS_MAP,
  });
  const sources = { store, settings, adapters, completeCall, clock };
  const router = deliveryPages({
    ...forms,
    ...{ store, clock, secretKeys, isClosing },
    timeZone: core.TIME_ZONE,
    destinations: enabledDestinations(settings, adapters),
    costOf: (name, deliveries) => ({
      requests: estimateRequests(adapters, settings, name, deliveries),
      usedShare: metrics.readDestinationFigure(name, 'api_budget_used_ratio'),
    }),
    readDifferences: (destination, rows) =>
      readDifferences(
        sources,
        destination,
        rows.map(({ id }) => id),
      ),
  });
  return { path: '/console/deliveries', name: 'Deliveries', router };
}

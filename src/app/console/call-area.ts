import type { Area } from '../../console/area.ts';
import { callPages } from '../../console/calls/call-pages.ts';
import { createLiveHub } from '../../console/calls/live-hub.ts';
import { createCallCompleter } from '../../domain/call.ts';
import { createPhoneReader } from '../../domain/phone-number.ts';
import type { CallTrace } from '../../store/lookup/read-trace.ts';
import { compareToday } from '../compare-today.ts';
import type { ReceivingKit } from '../kit.ts';
import { landingsToday } from '../landings-today.ts';
import { phoneSettings } from '../intake-settings.ts';

/** The area of calls: the live list, and the trace of each call. */
export function callArea(kit: ReceivingKit): Area {
  const { store, core, settings, adapters, clock, log } = kit;
  const phone = phoneSettings(core);
  const timeZone = core.TIME_ZONE;
  const statusMap = core.JET_STATUS_MAP;
  const completeCall = createCallCompleter({ ...phone, timeZone, statusMap });
  const sources = { settings, adapters, completeCall };
  const dependencies = {
    ...{ store, clock, log, timeZone, statusMap, completeCall },
    readPhone: createPhoneReader(phone),
    destinations: core.ADAPTERS,
    landingsToday: (trace: CallTrace) => landingsToday({ ...sources, trace }, clock()),
    compareToday: (trace: CallTrace, destination: string) =>
      compareToday({ ...sources, trace, store, clock, log }, destination),
  };
  const hub = createLiveHub(dependencies);
  kit.onStored.add(() => hub.wake());
  kit.onClosing.add(() => hub.close());
  const router = callPages(dependencies, hub);
  return { path: '/console/calls', name: 'Calls', router };
}

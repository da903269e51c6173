import { examine } from '../../cli/doctor/examine.ts';
import type { Settings } from '../../config/read-settings.ts';
import type { Area } from '../../console/area.ts';
import { auditPages } from '../../console/audit/audit-pages.ts';
import { clientPages } from '../../console/clients/client-pages.ts';
import { doctorPages, type ShownSection } from '../../console/doctor/doctor-pages.ts';
import { overviewPages } from '../../console/overview/overview-pages.ts';
import type { FormDependencies } from '../../console/post-form.ts';
import { quarantinePages } from '../../console/quarantine/quarantine-pages.ts';
import { refusedPages } from '../../console/refused/refused-pages.ts';
import type { Destination } from '../../store/deliveries.ts';
import { forgetAskedRedirect, readAskedRedirects } from '../../store/lookup/asked-redirects.ts';
import { callArea } from './call-area.ts';
import { reportArea } from './report-area.ts';
import { senderForm } from './sender-form.ts';
import { intakeSettings } from '../intake-settings.ts';
import type { ReceivingKit } from '../kit.ts';
import { deliveryArea } from '../replay/delivery-area.ts';

/** The parts of the receiver that pages use beside its kit. */
export interface ConsoleParts {
  readonly destinations: readonly Destination[];
  /** Wakes the worker of this process, after deliveries became due. */
  readonly wake: () => void;
}

/**
 * The areas of the console, in the order of the navigation.
 *
 * @param forms what every form needs
 */
export function consoleAreas(
  kit: ReceivingKit,
  forms: FormDependencies,
  { destinations, wake }: ConsoleParts,
  isClosing: () => boolean,
): readonly Area[] {
  const { store, core, settings, watch, secretKeys, clock } = kit;
  const shared = { store, clock, timeZone: core.TIME_ZONE };
  const overview = overviewPages({
    ...shared,
    ...{ findLoss: watch.findLoss, destinations: core.ADAPTERS, statusMap: core.JET_STATUS_MAP },
  });
  const clients = clientPages({
    ...shared,
    ...{ forms, secretKey: secretKeys.present, senderForm: senderForm(core.PUBLIC_URL) },
    askedRedirects: {
      read: () => readAskedRedirects(store.reader),
      forget: (clientId, uri) => forgetAskedRedirect(store, clientId, uri),
    },
  });
  const doctor = doctorPages({ examine: () => sectionsOf(settings) });
  return [
    { path: '/console', name: 'Overview', router: overview },
    callArea(kit),
    deliveryArea(kit, forms, isClosing),
    reportArea(kit),
    { path: '/console/refused', name: 'Refused', router: refusedPages(shared) },
    {
      path: '/console/quarantine',
      name: 'Quarantine',
      router: quarantinePages(
        {
          ...{ ...shared, destinations, secretKeys, onStored: wake },
          quarantineBytesMax: core.QUARANTINE_MB * 1024 * 1024,
          intake: intakeSettings(core),
        },
        forms,
      ),
    },
    { path: '/console/clients', name: 'Clients', router: clients },
    { path: '/console/doctor', name: 'Doctor', router: doctor },
    { path: '/console/audit', name: 'Audit', router: auditPages(shared) },
  ];
}

async function sectionsOf(settings: Settings): Promise<ShownSection[]> {
  const sections: ShownSection[] = [];
  for await (const section of examine(settings)) sections.push(section);
  return sections;
}

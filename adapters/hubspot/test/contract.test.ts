import { join } from 'node:path';
import { describeAdapterContract } from '../../../test/adapter-kit/describe-adapter-contract.ts';
import { httpFaults } from '../../../test/adapter-kit/http-stand-in.ts';
import type { PortalRecord } from './stand-in/hubspot-stand-in.ts';
import { openHubspotKitStandIn } from './stand-in/kit-stand-in.ts';
import { hubspot } from '../index.ts';
import { callKey, ownerProperty, ownProperties } from '../check/properties.ts';

/** The preview does not show what HubSpot itself adds. */
const shown = ({ properties }: PortalRecord) =>
  Object.fromEntries(
    Object.entries(properties).filter(([name]) => ownProperties.has(name) && name !== ownerProperty),
  );

const subject = {
  definition: hubspot,
  folder: join(import.meta.dirname, '..'),
  sampleSettings: { HUBSPOT_ACCESS_TOKEN: 'pat-au1-5c73-51f0' },
  faults: httpFaults,
  searchesPeople: true as const,
};

describeAdapterContract({
  ...subject,
  openStandIn: () => openHubspotKitStandIn({ keyProperty: callKey, shown }),
});

describeAdapterContract(
  {
    ...subject,
    sampleSettings: { ...subject.sampleSettings, HUBSPOT_KEY: 'search' },
    openStandIn: () =>
      openHubspotKitStandIn({
        keyProperty: callKey,
        keyIsUnique: false,
        shown,
        settings: { HUBSPOT_KEY: 'search' },
      }),
  },
  'hubspot with a key that is not unique',
);

for (const version of ['2026-03', 'v3'])
  describeAdapterContract(
    {
      ...subject,
      openStandIn: () =>
        openHubspotKitStandIn({ keyProperty: callKey, shown, settings: { HUBSPOT_API_VERSION: version } }),
    },
    `hubspot, at version ${version}`,
  );

import { join } from 'node:path';
import { describeAdapterContract } from '../../../test/adapter-kit/describe-adapter-contract.ts';
import { kitStandIn, salesforceKitFaults } from './stand-in/kit-stand-in.ts';
import { clientId, clientSecret } from './stand-in/tokens.ts';
import { salesforce } from '../index.ts';

const subject = {
  definition: salesforce,
  folder: join(import.meta.dirname, '..'),
  sampleSettings: {
    SALESFORCE_LOGIN_URL: 'https://example.my.salesforce.com',
    SALESFORCE_CLIENT_ID: clientId,
    SALESFORCE_CLIENT_SECRET: clientSecret,
  },
  faults: salesforceKitFaults,
  searchesPeople: true as const,
};

describeAdapterContract({ ...subject, openStandIn: () => kitStandIn() });

const live = { SALESFORCE_LOG: 'live' };
describeAdapterContract(
  { ...subject, openStandIn: () => kitStandIn({ settings: live }) },
  'salesforce, with calls shown while they last',
);

const withoutSetUp = { SALESFORCE_KEY: 'callobject' };
describeAdapterContract(
  {
    ...subject,
    openStandIn: () =>
      kitStandIn({ settings: withoutSetUp, org: { missingFields: ['Task.Jet_Call_Session_Id__c'] } }),
  },
  'salesforce, in an org without the key field',
);

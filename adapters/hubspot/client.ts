import { createCallsApi, type CallsApi } from './api/calls-api.ts';
import { createPeopleApi, type PeopleApi } from './api/people-api.ts';
import { createPortalApi, type PortalApi } from './api/portal-api.ts';
import type { Transport } from './api/transport.ts';

/** The requests to HubSpot that this adapter needs. */
export interface HubspotClient extends CallsApi, PeopleApi, PortalApi {
  /** {@link Transport.dailyLeft} */
  dailyLeft: Transport['dailyLeft'];
}

/** The most rows in one batch. */
export const batchRowsMax = 100;

export function createClient(transport: Transport): HubspotClient {
  return {
    ...createCallsApi(transport),
    ...createPeopleApi(transport),
    ...createPortalApi(transport),
    dailyLeft: () => transport.dailyLeft(),
  };
}

import type { AdapterTools } from '#contract';
import type { HubspotClient } from '../client.ts';
import type { HubspotConfig } from '../config.ts';

/** The addresses of records in HubSpot's own pages. */
export interface Links {
  /** Reads the number of the portal once. Without it there are no links, but calls still land. */
  prepare(signal: AbortSignal): Promise<void>;
  /** @param object `contact` or `company`; undefined for a call */
  linkTo(object: string | undefined, id: string): string | undefined;
}

// HubSpot's numbers for kinds of records.
const kinds: Readonly<Record<string, string>> = { contact: '0-1', company: '0-2', call: '0-48' };

export function createLinks(
  client: HubspotClient,
  { HUBSPOT_ACCESS_TOKEN: token }: HubspotConfig,
  log: AdapterTools['log'],
): Links {
  let portalId: string | undefined;
  return {
    async prepare(signal) {
      try {
        portalId ??= (await client.readToken(token, signal))?.portalId;
      } catch (error) {
        log.debug({ error }, 'The number of the portal could not be read, so traces have no links for now');
      }
    },
    linkTo(object = 'call', id) {
      const kind = kinds[object];
      if (portalId === undefined || kind === undefined) return undefined;
      // HubSpot sends the visitor on to the region of the portal.
      return `https://app.hubspot.com/contacts/${portalId}/record/${kind}/${encodeURIComponent(id)}`;
    },
  };
}

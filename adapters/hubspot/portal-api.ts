import type { PropertyCreate } from '@hubspot/api-client/lib/codegen/crm/properties/index.js';
import {
  readOwners,
  readProperties,
  readProperty,
  type HubspotOwner,
  type PropertyDefinition,
} from './answers.ts';
import type { Transport } from './transport.ts';

export interface NewProperty {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly hasUniqueValue: boolean;
}

/** How a portal is set up. Every method throws what {@link Transport.ask} does. */
export interface PortalApi {
  listProperties(type: 'calls' | 'contacts', signal: AbortSignal): Promise<readonly PropertyDefinition[]>;
  /** A property of text. */
  createProperty(
    type: 'calls' | 'contacts',
    property: NewProperty,
    signal: AbortSignal,
  ): Promise<PropertyDefinition>;
  createGroup(
    type: 'calls' | 'contacts',
    group: { name: string; label: string },
    signal: AbortSignal,
  ): Promise<void>;
  listOwners(archived: boolean, signal: AbortSignal): Promise<readonly HubspotOwner[]>;
}

const ownersPageSize = 500;

export function createPortalApi(transport: Transport): PortalApi {
  return {
    async listProperties(type, signal) {
      const answer = await transport.ask(
        'other',
        ({ crm }, options) => crm.properties.coreApi.getAll(type, false, undefined, options),
        signal,
      );
      return readProperties(answer);
    },
    async createProperty(type, property, signal) {
      const kind = {
        type: 'string' as PropertyCreate['type'],
        fieldType: 'text' as PropertyCreate['fieldType'],
      };
      const answer = await transport.ask(
        'other',
        ({ crm }, options) => crm.properties.coreApi.create(type, { ...property, ...kind }, options),
        signal,
      );
      return readProperty(answer);
    },
    async createGroup(type, group, signal) {
      await transport.ask(
        'other',
        ({ crm }, options) => crm.properties.groupsApi.create(type, group, options),
        signal,
      );
    },
    async listOwners(archived, signal) {
      const found: HubspotOwner[] = [];
      let after: string | undefined;
      do {
        const from = after;
        const answer = await transport.ask(
          'other',
          ({ crm }, options) =>
            crm.owners.ownersApi.getPage(undefined, from, ownersPageSize, archived, options),
          signal,
        );
        const page = readOwners(answer);
        found.push(...page.owners);
        after = page.after;
      } while (after !== undefined);
      return found;
    },
  };
}

import type { PropertyCreate } from '@hubspot/api-client/lib/codegen/crm/properties/index.js';
import {
  readOwners,
  readProperties,
  readProperty,
  readTokenInfo,
  type HubspotOwner,
  type PropertyDefinition,
  type TokenInfo,
} from './answers.ts';
import { Refusal } from './refusal.ts';
import type { Transport } from './transport.ts';

export interface NewProperty {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly hasUniqueValue: boolean;
}

/** The settings of a portal. Every method throws what {@link Transport.ask} throws. */
export interface PortalApi {
  listProperties(type: 'calls' | 'contacts', signal: AbortSignal): Promise<readonly PropertyDefinition[]>;
  /** Creates a text property. */
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
  /** HubSpot describes only tokens of private apps. Undefined: unknown. */
  readToken(token: string, signal: AbortSignal): Promise<TokenInfo | undefined>;
}

const ownersPageSize = 500;
const tokenInfoPath = '/oauth/v2/private-apps/get/access-token-info';

const propertiesPart = () => import('@hubspot/api-client/lib/codegen/crm/properties/index.js');
const ownersPart = () => import('@hubspot/api-client/lib/codegen/crm/owners/index.js');

export function createPortalApi(transport: Transport): PortalApi {
  return {
    async listProperties(type, signal) {
      const answer = await transport.ask(
        'other',
        propertiesPart,
        ({ CoreApi }, configuration) => new CoreApi(configuration).getAll(type, false),
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
        propertiesPart,
        ({ CoreApi }, configuration) => new CoreApi(configuration).create(type, { ...property, ...kind }),
        signal,
      );
      return readProperty(answer);
    },
    async createGroup(type, group, signal) {
      await transport.ask(
        'other',
        propertiesPart,
        ({ GroupsApi }, configuration) => new GroupsApi(configuration).create(type, group),
        signal,
      );
    },
    async readToken(tokenKey, signal) {
      try {
        const answer = await transport.post(tokenInfoPath, { tokenKey }, signal);
        return readTokenInfo(answer);
      } catch (error) {
        if (error instanceof Refusal && error.status < 500 && error.status !== 429) return undefined;
        throw error;
      }
    },
    async listOwners(archived, signal) {
      const found: HubspotOwner[] = [];
      let after: string | undefined;
      do {
        const from = after;
        const answer = await transport.ask(
          'other',
          ownersPart,
          ({ OwnersApi }, configuration) =>
            new OwnersApi(configuration).getPage(undefined, from, ownersPageSize, archived),
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

import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import type { Answer, Asked } from '../answer.ts';
import { ApiError, invalid, notFound } from '../api-error.ts';
import type { Portal } from './portal.ts';
import { propertyBody } from './property-definition.ts';
import { pageOf } from './read-records.ts';
import type { ObjectType } from '../request-kind.ts';
import { bodies, readBody } from '../request-body.ts';

const mostUnique = 10;

/** `GET /crm/v3/properties/{type}` */
export function listProperties(portal: Portal, type: ObjectType): Answer {
  return { status: 200, body: { results: [...portal.properties[type].values()].map(propertyBody) } };
}

/** `GET /crm/v3/properties/{type}/{name}` */
export function readProperty(portal: Portal, type: ObjectType, name: string): Answer {
  const property = portal.properties[type].get(name);
  if (property === undefined) throw notFound(`Property '${name}' of ${type} does not exist`);
  return { status: 200, body: propertyBody(property) };
}

/** `POST /crm/v3/properties/{type}` */
export function createProperty(portal: Portal, { body }: Asked, type: ObjectType): Answer {
  const given = readBody(bodies.property, body);
  const known = portal.properties[type];
  if (known.has(given.name)) throw exists(`Property named ${given.name} already exists`);
  if (!portal.groups[type].has(given.groupName))
    throw invalid(`Property group ${given.groupName} does not exist`);
  if (given.hasUniqueValue) {
    if (type === 'calls' && portal.options.uniqueOnCalls === 'refused')
      throw invalid('Unique properties are not allowed on CALL');
    const unique = [...known.values()].filter(
      (property) => property.hasUniqueValue && !property.hubspotDefined,
    );
    if (unique.length >= mostUnique)
      throw invalid(`${mostUnique} unique properties are the most of an object`);
    if (given.type !== 'string' && given.type !== 'number')
      throw invalid('Only texts and numbers can be unique');
  }
  const property = { ...given, readOnly: false, hubspotDefined: false };
  known.set(given.name, property);
  return { status: 201, body: propertyBody(property) };
}

/** `GET /crm/v3/properties/{type}/groups` */
export function listGroups(portal: Portal, type: ObjectType): Answer {
  return { status: 200, body: { results: [...portal.groups[type]].map(groupBody) } };
}

/** `GET /crm/v3/properties/{type}/groups/{name}` */
export function readGroup(portal: Portal, type: ObjectType, name: string): Answer {
  const label = portal.groups[type].get(name);
  if (label === undefined) throw notFound(`Property group ${name} does not exist`);
  return { status: 200, body: groupBody([name, label]) };
}

/** `POST /crm/v3/properties/{type}/groups` */
export function createGroup(portal: Portal, { body }: Asked, type: ObjectType): Answer {
  const { name, label } = readBody(bodies.group, body);
  if (portal.groups[type].has(name)) throw exists(`Property group ${name} already exists`);
  portal.groups[type].set(name, label);
  return { status: 201, body: groupBody([name, label]) };
}

/** `GET /crm/v3/owners`: active owners, or on request only archived ones. */
export function listOwners(portal: Portal, { route }: Asked): Answer {
  const wantsArchived = route.query.get('archived') === 'true';
  const email = route.query.get('email')?.toLowerCase();
  const owners = [...portal.owners.values()].filter(
    (owner) =>
      (owner.archived ?? false) === wantsArchived &&
      (email === undefined || owner.email.toLowerCase() === email),
  );
  const { page, paging } = pageOf(owners, route.query, 100, 500);
  const at = new Date(0).toISOString();
  const results = page.map(({ id, email: address, firstName = '', lastName = '', archived = false }) => ({
    id,
    email: address,
    type: 'PERSON',
    firstName,
    lastName,
    // This is not the id by which records name their owner.
    userId: 5_000_000 + Number(id),
    createdAt: at,
    updatedAt: at,
    archived,
  }));
  return { status: 200, body: { results, ...paging } };
}

/** `GET /account-info/v3/details` */
export function readAccount(portal: Portal): Answer {
  return {
    status: 200,
    body: {
      portalId: 24_680_135,
      accountType: 'STANDARD',
      timeZone: portal.options.timeZone ?? 'Australia/Sydney',
      companyCurrency: 'AUD',
      additionalCurrencies: [],
      utcOffset: '+10:00',
      utcOffsetMilliseconds: 36_000_000,
      uiDomain: 'app.hubspot.com',
      dataHostingLocation: 'na1',
    },
  };
}

function groupBody([name, label]: [string, string]): Record<string, JsonValue> {
  return { name, label, displayOrder: -1, archived: false };
}

function exists(message: string): ApiError {
  return new ApiError(409, 'OBJECT_ALREADY_EXISTS', message);
}

import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import type { ApiAnswer, ApiRequest } from '../api-answer.ts';
import type { FieldSchema } from './object-schemas.ts';
import type { Org } from './org.ts';
import { mayCreate } from './record-access.ts';
import { knownObject } from '../query/selection.ts';

/** Answers GET /sobjects/{object}/describe, with the members that integrations read. */
export function answerDescribe(org: Org, { segments, root }: ApiRequest): ApiAnswer {
  const object = knownObject(segments[1] ?? '');
  const writable = object !== 'TaskStatus' && object !== 'User';
  const createable = writable && mayCreate(org, object);
  return {
    status: 200,
    body: {
      name: object,
      label: object,
      custom: false,
      createable,
      updateable: writable,
      queryable: true,
      searchable: object !== 'TaskStatus',
      fields: [...org.schemas[object].values()].map(describeField),
      urls: { describe: `${root}/sobjects/${object}/describe`, sobject: `${root}/sobjects/${object}` },
    },
  };
}

function describeField(field: FieldSchema): JsonValue {
  const isNumber = field.type === 'int' || field.type === 'double';
  return {
    name: field.name,
    label: field.name.replace(/__c$/, '').replaceAll('_', ' '),
    type: field.type,
    length: isNumber ? 0 : field.length,
    digits: field.type === 'int' ? field.length : 0,
    custom: field.name.endsWith('__c'),
    externalId: field.externalId,
    unique: field.unique,
    caseSensitive: field.caseSensitive,
    idLookup: field.externalId || field.type === 'id',
    createable: field.createable,
    updateable: field.updateable,
    filterable: field.filterable,
    nillable: !field.required && field.type !== 'id' && field.type !== 'boolean',
    defaultedOnCreate: field.type === 'boolean' || ['Status', 'Priority', 'OwnerId'].includes(field.name),
    restrictedPicklist: field.restricted,
    picklistValues: field.values.map((value, index) => ({
      active: true,
      defaultValue: index === 0 && field.name === 'Status',
      label: value,
      validFor: null,
      value,
    })),
    referenceTo: [...field.referenceTo],
    relationshipName: field.relationshipName,
  };
}

import type { Answer, Asked } from './answer.ts';
import { ApiError, invalid, notFound } from './api-error.ts';
import { associateDefault, associateWithTypes, readAssociations } from './portal/associate-records.ts';
import { updateBatch, updateOne, upsertBatch } from './portal/change-records.ts';
import { createBatch, createOne } from './portal/create-records.ts';
import type { Portal } from './portal/portal.ts';
import * as settings from './portal/portal-settings.ts';
import { archiveBatch, archiveOne, listRecords, readBatch, readOne } from './portal/read-records.ts';
import type { ObjectRequest, ObjectType } from './request-kind.ts';
import { searchRecords } from './portal/search-records.ts';

const objectAnswers: Readonly<
  Record<ObjectRequest, (portal: Portal, asked: Asked, type: ObjectType) => Answer>
> = {
  search: searchRecords,
  create: createBatch,
  update: updateBatch,
  upsert: upsertBatch,
  read: readBatch,
  archive: archiveBatch,
  'create-one': createOne,
  'update-one': updateOne,
  'read-one': readOne,
  'archive-one': archiveOne,
  list: listRecords,
};

/** Does what an accepted request asks, and returns the answer. */
export function answerRequest(portal: Portal, asked: Asked): Answer {
  try {
    return answer(portal, asked);
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.body };
    throw error;
  }
}

function answer(portal: Portal, asked: Asked): Answer {
  const { kind, type, toType, name = '' } = asked.route;
  if (kind === 'elsewhere') return { status: 200, body: { status: 'COMPLETE', results: [] } };
  if (kind === 'account') return settings.readAccount(portal);
  if (kind === 'owners.list') return settings.listOwners(portal, asked);
  if (type === undefined) throw notFound('resource not found');
  switch (kind) {
    case 'properties.list':
      return settings.listProperties(portal, type);
    case 'properties.read':
      return settings.readProperty(portal, type, name);
    case 'properties.create':
      return settings.createProperty(portal, asked, type);
    case 'groups.list':
      return settings.listGroups(portal, type);
    case 'groups.read':
      return settings.readGroup(portal, type, name);
    case 'groups.create':
      return settings.createGroup(portal, asked, type);
    case 'unknown':
      throw notFound('resource not found');
    case 'associations.default':
    case 'associations.create':
    case 'associations.read': {
      if (toType === undefined) throw invalid('No such object type');
      const associate = {
        'associations.default': associateDefault,
        'associations.create': associateWithTypes,
        'associations.read': readAssociations,
      }[kind];
      return associate(portal, asked, { from: type, to: toType });
    }
    default:
      return objectAnswers[kind.slice(type.length + 1) as ObjectRequest](portal, asked, type);
  }
}

import type { ObjectType } from '../request-kind.ts';

/** The state of a record at a time, because search sees it late. */
interface Version {
  readonly atMs: number;
  /** Undefined: deleted. */
  readonly properties: Readonly<Record<string, string>> | undefined;
}

/** A record of the portal, with the ids of associated records and the types of association. */
export interface StoredRecord {
  readonly id: string;
  readonly type: ObjectType;
  readonly links: Readonly<Record<ObjectType, Map<string, Set<number>>>>;
  readonly createdAtMs: number;
  updatedAtMs: number;
  /** Replaced as a whole with each change. */
  properties: Readonly<Record<string, string>>;
  readonly versions: Version[];
}

export function newRecord(type: ObjectType, id: string, nowMs: number): StoredRecord {
  return {
    id,
    type,
    links: { calls: new Map(), contacts: new Map(), companies: new Map() },
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    properties: {},
    versions: [],
  };
}

/** The record as the search index held it at a time. Undefined while it was not in the index. */
export function indexedAt(record: StoredRecord, atMs: number): Readonly<Record<string, string>> | undefined {
  return record.versions.findLast((version) => version.atMs <= atMs)?.properties;
}

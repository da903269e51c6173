import type { ObjectType } from './request-kind.ts';

/** What a record was at a moment: search sees it late. */
interface Version {
  readonly atMs: number;
  /** Undefined: deleted. */
  readonly properties: Readonly<Record<string, string>> | undefined;
}

/** A record of the portal, and the ids of the records that it is associated with, with the types of association. */
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

/** The record as the index of search held it at a moment; undefined while it was not in it. */
export function indexedAt(record: StoredRecord, atMs: number): Readonly<Record<string, string>> | undefined {
  return record.versions.findLast((version) => version.atMs <= atMs)?.properties;
}

import { calculatedNames, calculatedNumbers } from './calculated-numbers.ts';
import { builtInGroups, startingProperties, type PropertyDefinition } from './property-definition.ts';
import { objectTypes, type ObjectType } from '../request-kind.ts';
import type { HubspotStandInOptions, OwnerSeed, RecordSeed } from '../stand-in-options.ts';
import { newRecord, type StoredRecord } from './stored-record.ts';

/** The data of an account. The rules of the API are elsewhere. */
export interface Portal {
  readonly options: HubspotStandInOptions;
  readonly nowMs: () => number;
  readonly properties: Readonly<Record<ObjectType, Map<string, PropertyDefinition>>>;
  /** The labels of property groups, by name. */
  readonly groups: Readonly<Record<ObjectType, Map<string, string>>>;
  readonly owners: Map<string, OwnerSeed>;
  /** Texts that a rule of the account refuses in any property. */
  refusedTexts: readonly string[];
  /** Records that are not deleted, the oldest first. */
  all(type: ObjectType): StoredRecord[];
  /** All records including deleted ones, for the search index. */
  everMade(type: ObjectType): Iterable<StoredRecord>;
  /** Finds a record by its id, or by the id of one that was merged into it. */
  find(type: ObjectType, id: string): StoredRecord | undefined;
  findBy(type: ObjectType, property: string, value: string): StoredRecord | undefined;
  insert(type: ObjectType, properties: Readonly<Record<string, string>>, id?: string): StoredRecord;
  /** An empty value clears a property. */
  change(record: StoredRecord, changes: Readonly<Record<string, string>>): void;
  remove(record: StoredRecord): void;
  merge(survivor: StoredRecord, gone: StoredRecord): void;
  link(from: StoredRecord, to: StoredRecord, associationTypeId: number): void;
  unlink(from: StoredRecord, to: StoredRecord): void;
}

/** The association type of each direction that the stand-in supports. All are HUBSPOT_DEFINED. */
export const associationTypes: readonly { from: ObjectType; to: ObjectType; id: number }[] = [
  { from: 'calls', to: 'contacts', id: 194 },
  { from: 'contacts', to: 'calls', id: 193 },
  { from: 'calls', to: 'companies', id: 182 },
  { from: 'companies', to: 'calls', id: 181 },
  { from: 'contacts', to: 'companies', id: 279 },
  { from: 'companies', to: 'contacts', id: 280 },
];

export function defaultAssociation(from: ObjectType, to: ObjectType): number | undefined {
  return associationTypes.find((type) => type.from === from && type.to === to)?.id;
}

/** The properties in which each object stores when it was created and changed. */
const clockProperties: Readonly<Record<ObjectType, readonly [string, string]>> = {
  calls: ['hs_createdate', 'hs_lastmodifieddate'],
  contacts: ['createdate', 'lastmodifieddate'],
  companies: ['createdate', 'hs_lastmodifieddate'],
};

export function createPortal(options: HubspotStandInOptions): Portal {
  const nowMs = options.clock ?? Date.now;
  const records = {
    calls: map<StoredRecord>(),
    contacts: map<StoredRecord>(),
    companies: map<StoredRecord>(),
  };
  const gone = new Set<StoredRecord>();
  const mergedInto = new Map<string, string>();
  let lastId = 90_000_000_000;

  const perType = <T>(make: (type: ObjectType) => T): Record<ObjectType, T> => ({
    calls: make('calls'),
    contacts: make('contacts'),
    companies: make('companies'),
  });
  const properties = perType((type) =>
    startingProperties(type, options.lacks?.[type] ?? [], options.properties?.[type] ?? []),
  );

  /** Writes the portal's own values into a record, where it has the property. */
  const settle = (record: StoredRecord, given: Readonly<Record<string, string>>): void => {
    const all = { ...given, hs_object_id: record.id };
    // A cleared property is an empty text. A property that was never filled is absent.
    const known = Object.entries(all).filter(
      ([name, value]) =>
        properties[record.type].has(name) && (value !== '' || record.properties[name] !== undefined),
    );
    record.properties = Object.fromEntries(known);
    record.versions.push({ atMs: nowMs(), properties: record.properties });
  };

  const portal: Portal = {
    options,
    nowMs,
    properties,
    groups: perType((type) => new Map([[builtInGroups[type], builtInGroups[type]]])),
    owners: new Map((options.owners ?? []).map((owner) => [owner.id, owner])),
    refusedTexts: [],
    all: (type) => [...records[type].values()].filter((record) => !gone.has(record)),
    everMade: (type) => records[type].values(),
    find(type, id) {
      const survivorId = mergedInto.get(`${type} ${id}`);
      if (survivorId !== undefined) return portal.find(type, survivorId);
      const record = records[type].get(id);
      return record === undefined || gone.has(record) ? undefined : record;
    },
    findBy(type, property, value) {
      for (const record of records[type].values())
        if (record.properties[property] === value && !gone.has(record)) return record;
      return undefined;
    },
    insert(type, given, id = String(++lastId)) {
      const record = newRecord(type, id, nowMs());
      records[type].set(id, record);
      const [created, modified] = clockProperties[type];
      const now = new Date(record.createdAtMs).toISOString();
      settle(record, {
        [created]: now,
        [modified]: now,
        ...calculatedNumbers(given, options.country ?? 'AU'),
        ...given,
      });
      const company = given.associatedcompanyid;
      const at = company === undefined ? undefined : portal.find('companies', company);
      if (type === 'contacts' && at !== undefined) portal.link(record, at, 1);
      return record;
    },
    change(record, changes) {
      record.updatedAtMs = nowMs();
      const modified = { [clockProperties[record.type][1]]: new Date(record.updatedAtMs).toISOString() };
      const changed = { ...record.properties, ...changes, ...modified };
      if (changes.phone === undefined && changes.mobilephone === undefined) {
        settle(record, changed);
        return;
      }
      const emptied = Object.fromEntries(calculatedNames.map((name) => [name, '']));
      settle(record, { ...changed, ...emptied, ...calculatedNumbers(changed, options.country ?? 'AU') });
    },
    remove(record) {
      gone.add(record);
      record.versions.push({ atMs: nowMs(), properties: undefined });
      for (const type of objectTypes) {
        for (const id of record.links[type].keys())
          records[type].get(id)?.links[record.type].delete(record.id);
      }
    },
    merge(survivor, absorbed) {
      for (const type of objectTypes) {
        for (const [id, types] of absorbed.links[type]) {
          const other = portal.find(type, id);
          if (other !== undefined) for (const typeId of types) portal.link(survivor, other, typeId);
        }
      }
      portal.remove(absorbed);
      mergedInto.set(`${absorbed.type} ${absorbed.id}`, survivor.id);
      const filled = Object.entries(survivor.properties).filter(([, value]) => value !== '');
      portal.change(survivor, { ...absorbed.properties, ...Object.fromEntries(filled) });
    },
    link(from, to, associationTypeId) {
      add(from.links[to.type], to.id, associationTypeId);
      add(to.links[from.type], from.id, defaultAssociation(to.type, from.type) ?? associationTypeId);
    },
    unlink(from, to) {
      from.links[to.type].delete(to.id);
      to.links[from.type].delete(from.id);
    },
  };
  seed(portal, 'companies', options.companies);
  seed(portal, 'contacts', options.contacts);
  return portal;
}

function seed(portal: Portal, type: ObjectType, seeds: readonly RecordSeed[] = []): void {
  for (const { id, properties } of seeds) portal.insert(type, properties, id);
}

function map<T>(): Map<string, T> {
  return new Map();
}

function add(links: Map<string, Set<number>>, id: string, associationTypeId: number): void {
  links.set(id, (links.get(id) ?? new Set()).add(associationTypeId));
}

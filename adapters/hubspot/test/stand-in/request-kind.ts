/** The objects that the stand-in stores. */
export const objectTypes = ['calls', 'contacts', 'companies'] as const;

export type ObjectType = (typeof objectTypes)[number];

/** The requests for an object: search, batches, single records and lists. */
export const objectRequests = [
  'search',
  'create',
  'update',
  'upsert',
  'read',
  'archive',
  'create-one',
  'update-one',
  'read-one',
  'archive-one',
  'list',
] as const;

export type ObjectRequest = (typeof objectRequests)[number];

/** The kind of a request, for counting requests and aiming faults. */
export type RequestKind =
  | `${ObjectType}.${ObjectRequest}`
  | 'associations.default'
  | 'associations.create'
  | 'associations.read'
  | 'properties.list'
  | 'properties.read'
  | 'properties.create'
  | 'groups.list'
  | 'groups.read'
  | 'groups.create'
  | 'owners.list'
  | 'account'
  | 'token-info'
  /** The target of the staged 302. */
  | 'elsewhere'
  | 'unknown';

const writes: readonly ObjectRequest[] = [
  'create',
  'update',
  'upsert',
  'archive',
  'create-one',
  'update-one',
  'archive-one',
];

/** The kinds that change the portal's data. */
export const writingKinds: readonly RequestKind[] = [
  ...objectTypes.flatMap((type) => writes.map((request) => `${type}.${request}` as const)),
  'associations.default',
  'associations.create',
  'properties.create',
  'groups.create',
];

/** The objects that the stand-in keeps. */
export const objectTypes = ['calls', 'contacts', 'companies'] as const;

export type ObjectType = (typeof objectTypes)[number];

/** What may be asked of an object: search, the batches, the same of one, and a page of all. */
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

/** What a request asks for: the word by which requests are counted and faults are aimed. */
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
  /** Where the staged 302 leads. */
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

/** The kinds that change what the portal holds. */
export const writingKinds: readonly RequestKind[] = [
  ...objectTypes.flatMap((type) => writes.map((request) => `${type}.${request}` as const)),
  'associations.default',
  'associations.create',
  'properties.create',
  'groups.create',
];

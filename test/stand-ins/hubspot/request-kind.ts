/** The objects that the stand-in keeps. */
export const objectTypes = ['calls', 'contacts', 'companies'] as const;

export type ObjectType = (typeof objectTypes)[number];

type ObjectRequest =
  /** `POST …/search` */
  | 'search'
  /** The batches: `POST …/batch/create` and so on. */
  | 'create'
  | 'update'
  | 'upsert'
  | 'read'
  | 'archive'
  /** The same of one object. */
  | 'create-one'
  | 'update-one'
  | 'read-one'
  | 'archive-one';

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
  /** Where the staged 302 leads. */
  | 'elsewhere'
  | 'unknown';

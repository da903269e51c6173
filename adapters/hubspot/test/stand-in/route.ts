import { objectTypes, type ObjectRequest, type ObjectType, type RequestKind } from './request-kind.ts';

/** The meaning of a request, from its method and path. */
export interface Route {
  readonly kind: RequestKind;
  /** `legacy` for v3 and v4, or the dated version: `2026-03`. */
  readonly apiVersion: string;
  readonly type: ObjectType | undefined;
  /** For associations: the type at the other end. */
  readonly toType: ObjectType | undefined;
  /** An id, or the name of a property or group. */
  readonly name: string | undefined;
  readonly query: URLSearchParams;
}

/** The API's names for each object. */
const names: Readonly<Record<ObjectType, readonly string[]>> = {
  calls: ['calls', 'call', '0-48'],
  contacts: ['contacts', 'contact', '0-1'],
  companies: ['companies', 'company', '0-2'],
};

const pathKinds: Readonly<Record<string, RequestKind>> = {
  'POST /oauth/v2/private-apps/get/access-token-info': 'token-info',
};

const dated = String.raw`\d{4}-(?:03|09)`;
const parts = {
  objects: new RegExp(`^/crm/(?:v3/objects|objects/(?<version>${dated}))/(?<type>[^/]+)(?<rest>/.*)?$`),
  associations: new RegExp(
    `^/crm/(?:v4/associations|associations/(?<version>${dated}))/(?<type>[^/]+)/(?<to>[^/]+)(?<rest>/.*)$`,
  ),
  properties: new RegExp(
    `^/crm/(?:v3/properties|properties/(?<version>${dated}))/(?<type>[^/]+)(?<rest>/.*)?$`,
  ),
  owners: new RegExp(`^/crm/(?:v3/owners|owners/(?<version>${dated}))(?<rest>)$`),
  account: new RegExp(`^/account-info/(?:v3|(?<version>${dated}))/details(?<rest>)$`),
};

/** @param url with its query, from the slash on; a slash at its end is ignored */
export function readRoute(method: string, url: string): Route {
  const { pathname, searchParams: query } = new URL(url, 'http://127.0.0.1');
  const path = pathname.replace(/\/$/, '');
  for (const [part, pattern] of Object.entries(parts) as [keyof typeof parts, RegExp][]) {
    const found = pattern.exec(path)?.groups;
    if (found === undefined) continue;
    const type = objectTypes.find((object) => names[object].includes(found.type ?? ''));
    const toType = objectTypes.find((object) => names[object].includes(found.to ?? ''));
    const { kind, name } = kindOf(part, method, found.rest ?? '', type, toType);
    return { kind, apiVersion: found.version ?? 'legacy', type, toType, name, query };
  }
  const kind = pathKinds[`${method} ${path}`] ?? (path === '/elsewhere' ? 'elsewhere' : 'unknown');
  return { kind, apiVersion: 'legacy', type: undefined, toType: undefined, name: undefined, query };
}

const unknown = { kind: 'unknown', name: undefined } as const;

function kindOf(
  part: keyof typeof parts,
  method: string,
  rest: string,
  type: ObjectType | undefined,
  toType: ObjectType | undefined,
): { kind: RequestKind; name: string | undefined } {
  const request = `${method} ${rest}`;
  const bare = (kind: RequestKind): { kind: RequestKind; name: undefined } => ({ kind, name: undefined });
  switch (part) {
    case 'owners':
      return request === 'GET ' ? bare('owners.list') : unknown;
    case 'account':
      return request === 'GET ' ? bare('account') : unknown;
    case 'associations':
      if (type === undefined || toType === undefined) return unknown;
      if (request === 'POST /batch/associate/default') return bare('associations.default');
      if (request === 'POST /batch/create') return bare('associations.create');
      return request === 'POST /batch/read' ? bare('associations.read') : unknown;
    case 'properties':
      return type === undefined ? unknown : propertiesKind(request);
    case 'objects':
      return type === undefined ? unknown : objectsKind(type, request);
  }
}

function propertiesKind(request: string): { kind: RequestKind; name: string | undefined } {
  const found = /^(?<asks>GET|POST) (?<groups>\/groups)?(?:\/(?<name>[^/]+))?$/.exec(request)?.groups;
  if (found === undefined || (found.asks === 'POST' && found.name !== undefined)) return unknown;
  const what = found.groups === undefined ? 'properties' : 'groups';
  const verb = found.asks === 'POST' ? 'create' : found.name === undefined ? 'list' : 'read';
  return { kind: `${what}.${verb}`, name: decoded(found.name) };
}

function objectsKind(type: ObjectType, request: string): { kind: RequestKind; name: string | undefined } {
  const batch = /^POST \/(?:batch\/(create|update|upsert|read|archive)|(search))$/.exec(request);
  const asked = (batch?.[1] ?? batch?.[2]) as ObjectRequest | undefined;
  if (asked !== undefined) return { kind: `${type}.${asked}`, name: undefined };
  if (request === 'GET ') return { kind: `${type}.list`, name: undefined };
  if (request === 'POST ') return { kind: `${type}.create-one`, name: undefined };
  const one = /^(GET|PATCH|DELETE) \/([^/]+)$/.exec(request);
  if (one === null) return unknown;
  const verb = ({ GET: 'read-one', PATCH: 'update-one', DELETE: 'archive-one' } as const)[
    one[1] as 'GET' | 'PATCH' | 'DELETE'
  ];
  return { kind: `${type}.${verb}`, name: decoded(one[2]) };
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decodeURIComponent(text);
}

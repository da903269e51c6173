import type { Access } from '../access.ts';
import type { Portal } from './portal.ts';
import type { ObjectType } from '../request-kind.ts';
import type { RecordSeed } from '../stand-in-options.ts';
import type { StoredRecord } from './stored-record.ts';

/** The changes that people make in the portal while an adapter works. An unknown id throws. */
export interface Person {
  /** Edits properties without the API's rules. An empty value clears one. */
  edit(type: ObjectType, id: string, properties: Readonly<Record<string, string>>): void;
  /** Sets the contacts and companies of a call. An omitted list stays. */
  link(callId: string, to: { contacts?: readonly string[]; companies?: readonly string[] }): void;
  /** @returns its id */
  add(type: ObjectType, seed: RecordSeed): string;
  remove(type: ObjectType, id: string): void;
  /** Merges the second record into the first. Its id then leads to the first. */
  merge(type: 'contacts' | 'companies', survivorId: string, goneId: string): void;
  archiveOwner(id: string): void;
  /** Removes a scope from the token, or the token itself. */
  revoke(scope?: string): void;
}

export function createPerson(portal: Portal, access: Access, everyScope: readonly string[]): Person {
  const find = (type: ObjectType, id: string): StoredRecord => {
    const record = portal.find(type, id);
    if (record === undefined) throw new Error(`The portal has no ${type} ${id}`);
    return record;
  };
  return {
    edit: (type, id, properties) => portal.change(find(type, id), properties),
    link(callId, to) {
      const call = find('calls', callId);
      for (const [type, ids] of Object.entries(to) as ['contacts' | 'companies', readonly string[]][]) {
        for (const id of [...call.links[type].keys()]) {
          const linked = portal.find(type, id);
          if (linked !== undefined) portal.unlink(call, linked);
        }
        for (const id of ids) portal.link(call, find(type, id), type === 'contacts' ? 194 : 182);
      }
    },
    add: (type, { id, properties }) => portal.insert(type, properties, id).id,
    remove: (type, id) => portal.remove(find(type, id)),
    merge: (type, survivorId, goneId) => portal.merge(find(type, survivorId), find(type, goneId)),
    archiveOwner(id) {
      const owner = portal.owners.get(id);
      if (owner === undefined) throw new Error(`The portal has no owner ${id}`);
      portal.owners.set(id, { ...owner, archived: true });
    },
    revoke(scope) {
      if (scope === undefined) access.token = undefined;
      else access.scopes = new Set([...(access.scopes ?? everyScope)].filter((one) => one !== scope));
    },
  };
}

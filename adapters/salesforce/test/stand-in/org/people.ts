import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import type { Author, Org } from './org.ts';
import { objectOfId, type Fields, type OrgRecord } from './org-record.ts';

/** Work of people in the org without the API. No rule of the API applies, and `LastModifiedById` is a person. */
export interface People {
  /** The id of the person who makes the changes. */
  readonly userId: string;
  /** Changes any record: a subject, a description, links, a phone number. */
  edit(id: string, fields: Fields): void;
  /** Deletes a record: the API answers ENTITY_IS_DELETED. `purge`: the API no longer knows the id. */
  delete(id: string, options?: { readonly purge?: boolean }): void;
  /** Merges contacts, leads or accounts: the others are deleted, and their tasks move to the first. */
  merge(keptId: string, ...otherIds: readonly string[]): void;
  /** Converts a lead to a contact and an account, and moves its tasks. Returns both ids. */
  convert(leadId: string): { readonly contactId: string; readonly accountId: string };
}

export function createPeople(org: Org): People {
  const author: Author = { userId: org.personUserId, indexedAfterMs: org.options.indexLagMs ?? 0 };
  const needed = (id: string): OrgRecord => {
    const record = org.find(id);
    if (record?.state !== 'there') throw new Error(`There is no record ${id}`);
    return record;
  };
  const moveTasks = (from: string, to: { WhoId?: string; WhatId?: string }): void => {
    for (const task of org.all('Task')) {
      if (task.values.WhoId === from) org.change(task, { WhoId: to.WhoId ?? null }, author);
      if (task.values.WhatId === from) org.change(task, { WhatId: to.WhatId ?? null }, author);
    }
  };
  const remove = (record: OrgRecord, state: OrgRecord['state']): void => {
    org.change(record, { IsDeleted: true }, author);
    record.state = state;
  };
  return {
    userId: org.personUserId,
    edit: (id, fields) => org.change(needed(id), fields, author),
    delete(id, { purge = false } = {}) {
      const record = needed(id);
      remove(record, purge ? 'purged' : 'deleted');
      moveTasks(record.id, {});
    },
    merge(keptId, ...otherIds) {
      const kept = needed(keptId);
      for (const other of otherIds.map(needed)) {
        if (other.object !== kept.object) throw new Error(`${other.id} is no ${kept.object}`);
        remove(other, 'deleted');
        moveTasks(other.id, { WhoId: kept.id, WhatId: kept.id });
      }
    },
    convert(leadId) {
      const lead = needed(leadId);
      if (objectOfId(lead.id) !== 'Lead') throw new Error(`${leadId} is no lead`);
      const { FirstName, LastName, Company, Phone, MobilePhone, Email } = lead.values;
      const account = org.insert('Account', given({ Name: Company, Phone }), author);
      const contact = org.insert(
        'Contact',
        given({ FirstName, LastName, Phone, MobilePhone, Email, AccountId: account.id }),
        author,
      );
      org.change(
        lead,
        { IsConverted: true, ConvertedContactId: contact.id, ConvertedAccountId: account.id },
        author,
      );
      moveTasks(lead.id, { WhoId: contact.id });
      return { contactId: contact.id, accountId: account.id };
    },
  };
}

function given(values: Record<string, JsonValue | undefined>): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

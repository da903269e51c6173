import type { Fields, Person } from '#crm';

/** A link to one record: a lead takes no `WhatId` beside it, a contact brings its account along. */
export function linkFields({ record }: Person): Fields {
  if (record === undefined) return {};
  // An account that is a person goes by the id of its contact.
  const isCompany = record.object === 'Account' && !record.id.startsWith('003');
  return { [isCompany ? 'WhatId' : 'WhoId']: record.id };
}

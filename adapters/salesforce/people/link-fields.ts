import type { Fields, Person } from '#crm';

/**
 * The field that links a Task to its record. One is enough: a lead excludes `WhatId`, a contact implies its account.
 */
export function linkFields({ record }: Person): Fields {
  if (record === undefined) return {};
  // A person account has the id of its contact.
  const isCompany = record.object === 'Account' && !record.id.startsWith('003');
  return { [isCompany ? 'WhatId' : 'WhoId']: record.id };
}

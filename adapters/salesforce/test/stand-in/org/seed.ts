import { asApiTime, type Author, type Org } from './org.ts';
import type { Fields, ObjectName } from './org-record.ts';

/** Adds a record that has existed for a long time. Times can have any format that names an instant. */
export function seed(org: Org, object: ObjectName, fields: Fields): string {
  const author: Author = { userId: org.personUserId, indexedAfterMs: 0 };
  const unknown = Object.keys(fields).filter((name) => !org.schemas[object].has(name));
  if (unknown.length > 0) throw new Error(`${object} has no ${unknown.join(', ')}`);
  const timed = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' && org.schemas[object].get(name)?.type === 'datetime'
      ? asApiTime(Date.parse(value))
      : value,
  ]);
  const record = org.insert(object, Object.fromEntries(timed) as Fields, author);
  if (fields.IsPersonAccount === true) {
    const contact = org.insert('Contact', contactOf(record.id, fields), author);
    org.change(
      record,
      { PersonContactId: contact.id, LastModifiedDate: record.values.LastModifiedDate },
      author,
    );
  }
  return record.id;
}

function contactOf(accountId: string, fields: Fields): Fields {
  return {
    AccountId: accountId,
    IsPersonAccount: true,
    FirstName: fields.FirstName,
    LastName: fields.LastName,
    Phone: fields.Phone,
    MobilePhone: fields.PersonMobilePhone,
    HomePhone: fields.PersonHomePhone,
    OtherPhone: fields.PersonOtherPhone,
    AssistantPhone: fields.PersonAssistantPhone,
    OwnerId: fields.OwnerId,
  };
}

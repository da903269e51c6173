import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect, type Reply } from '../connect.ts';

afterEach(closeAll);

function idsFound({ body }: Reply): string[] {
  return (body as { searchRecords: { Id: string }[] }).searchRecords.map(({ Id }) => Id);
}

const inContacts = (terms: string): string => `FIND {${terms}} IN PHONE FIELDS RETURNING Contact(Id)`;

describe('a search in phone fields', () => {
  it.each([
    ['+61 412 345 678', '61412345678'],
    ['+61412345678', '61412345678'],
    ['0412 345 678', '0412345678'],
    ['(02) 9123-4567', '0291234567'],
    ['02.9123.4567 x12', '0291234567'],
    ['0412 345 678 (wife)', '0412345678'],
    ['0412 345 678 / 02 9123 4567', '0412 345 678'],
    ['0412 345 678 / 02 9123 4567', '02 9123 4567'],
    ['(02) 9123-4567', '02 9123 4567'],
    ['0412\ufe0f 345 678', '0412 345 678'],
  ])('a search in phone fields finds %s by %s', async (Phone, term) => {
    const { org, search } = await connect();
    const id = org.add('Contact', { LastName: 'Ng', Phone });
    expect(idsFound(await search(inContacts(`"${term}"`)))).toEqual([id]);
  });

  it.each([
    ['+61 412 345 678', '0412345678'],
    ['0412 345 678', '61412345678'],
    ['0412 345 678', '345678'],
    ['0061 412 345 678', '61412345678'],
    ['0412 345 678 / 02 9123 4567', '0412345678'],
    ['0412345678', '0412 345 678'],
    ['1412 345 678', '412 345 678'],
    ['０４１２３４５６７８', '0412345678'],
  ])('a search in phone fields does not find %s by %s', async (Phone, term) => {
    const { org, search } = await connect();
    org.add('Contact', { LastName: 'Ng', Phone });
    expect(idsFound(await search(inContacts(`"${term}"`)))).toEqual([]);
  });

  it('a search covers every phone field, including the fax', async () => {
    const { org, search } = await connect();
    const fields = ['Phone', 'MobilePhone', 'HomePhone', 'OtherPhone', 'AssistantPhone', 'Fax'];
    const ids = fields.map((field) => org.add('Contact', { LastName: 'Ng', [field]: '0412 345 678' }));
    expect(idsFound(await search(inContacts('0412345678')))).toEqual(ids);
  });

  it('a search also finds the end of a number under looseSearch', async () => {
    const { org, search } = await connect({ looseSearch: true });
    const id = org.add('Contact', { LastName: 'Ng', Phone: '+61 412 345 678' });
    expect(idsFound(await search(inContacts('412345678')))).toEqual([id]);
  });

  it('a search returns each object with the requested fields and conditions', async () => {
    const { org, search } = await connect();
    const Phone = '0412 345 678';
    const account = org.add('Account', { Name: 'Acme', Phone });
    const contact = org.add('Contact', { LastName: 'Ng', MobilePhone: Phone, AccountId: account });
    org.add('Lead', { LastName: 'Old', Company: 'Acme', Phone, IsConverted: true });
    const lead = org.add('Lead', { LastName: 'New', Company: 'Acme', Phone });
    const { body } = await search(
      'FIND {"61412345678" OR "0412345678"} IN PHONE FIELDS RETURNING ' +
        'Contact(Id, AccountId, Account.Name, Owner.IsActive), Lead(Id WHERE IsConverted = false), Account(Id, Phone)',
    );
    const attributes = (type: string, id: string) => ({
      type,
      url: `/services/data/v62.0/sobjects/${type}/${id}`,
    });
    expect(body).toEqual({
      searchRecords: [
        {
          attributes: attributes('Contact', contact),
          Id: contact,
          AccountId: account,
          Account: { Name: 'Acme' },
          Owner: { IsActive: true },
        },
        { attributes: attributes('Lead', lead), Id: lead },
        { attributes: attributes('Account', account), Id: account, Phone },
      ],
    });
  });

  it('a search finds a new number only after the index lag, and the old one until then', async () => {
    let now = Date.UTC(2026, 10, 22);
    const { org, search, ask } = await connect({ clock: () => now, indexLagMs: 60_000 });
    const id = org.add('Contact', { LastName: 'Ng', Phone: '0412 345 678' });
    await ask('PATCH', `/sobjects/Contact/${id}`, { Phone: '0491 570 006' });
    now += 59_999;
    expect(idsFound(await search(inContacts('0491570006')))).toEqual([]);
    expect(idsFound(await search(inContacts('0412345678')))).toEqual([id]);
    now += 1;
    expect(idsFound(await search(inContacts('0491570006')))).toEqual([id]);
    expect(idsFound(await search(inContacts('0412345678')))).toEqual([]);
  });

  it('a search never finds a deleted record', async () => {
    const { org, search } = await connect();
    const id = org.add('Contact', { LastName: 'Ng', Phone: '0412 345 678' });
    org.people.delete(id);
    expect(idsFound(await search(inContacts('0412345678')))).toEqual([]);
  });

  it('a search returns at most 2,000 rows', async () => {
    const { org, search } = await connect();
    for (let count = 0; count < 2_001; count += 1)
      org.add('Contact', { LastName: 'Ng', Phone: '0412345678' });
    expect(idsFound(await search(inContacts('0412345678')))).toHaveLength(2_000);
  });

  it('a search drops its operators over 4,000 characters, and then finds nobody who has only one of the numbers', async () => {
    const { org, search } = await connect();
    const id = org.add('Contact', { LastName: 'Ng', Phone: '0412345678' });
    const others = Array.from({ length: 300 }, (_, index) => `"04910${String(index).padStart(5, '0')}"`);
    const terms = (count: number): string => ['"0412345678"', ...others.slice(0, count)].join(' OR ');
    expect(terms(249).length).toBeLessThanOrEqual(4_000);
    expect(idsFound(await search(inContacts(terms(249))))).toEqual([id]);
    expect(idsFound(await search(inContacts(terms(250))))).toEqual([]);
  });

  it.each([
    ['', 'nothing'],
    ['FIND {"0412345678"} RETURNING Contact(Id)', 'no phone fields'],
    ['FIND {"0412345678"} IN PHONE FIELDS', 'no RETURNING'],
    ['FIND "0412345678" IN PHONE FIELDS RETURNING Contact(Id)', 'no braces'],
    ['FIND {"0412 abc"} IN PHONE FIELDS RETURNING Contact(Id)', 'letters'],
    ['FIND {0412*} IN PHONE FIELDS RETURNING Contact(Id)', 'a wildcard'],
    ['FIND {""} IN PHONE FIELDS RETURNING Contact(Id)', 'an empty term'],
    ['FIND {0412345678} IN PHONE FIELDS RETURNING Contact(Id) WITH SNIPPET', 'more behind it'],
  ])('a search is refused as malformed: %s (%s)', async (sosl) => {
    const { search } = await connect();
    expect(await search(sosl)).toMatchObject({ status: 400, body: [{ errorCode: 'MALFORMED_SEARCH' }] });
  });

  it('a search of a missing field or object is refused', async () => {
    const { search } = await connect();
    const terms = 'FIND {0412345678} IN PHONE FIELDS RETURNING';
    expect(await search(`${terms} Contact(Id, Nickname__c)`)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_FIELD' }],
    });
    expect(await search(`${terms} Customer(Id)`)).toMatchObject({ body: [{ errorCode: 'INVALID_TYPE' }] });
  });

  it('a search covers extra phone fields', async () => {
    const { org, search } = await connect({
      extraFields: [{ object: 'Contact', name: 'Site_Phone__c', type: 'phone' }],
    });
    const id = org.add('Contact', { LastName: 'Ng', Site_Phone__c: '0412 345 678' });
    expect(idsFound(await search(inContacts('0412345678')))).toEqual([id]);
  });
});

describe('a person account', () => {
  const person = { IsPersonAccount: true, LastName: 'Ng', PersonMobilePhone: '0412 345 678' };
  const both = 'FIND {0412345678} IN PHONE FIELDS RETURNING Account(Id, PersonContactId), Contact(Id)';

  it('a person account is found as an account with the id of its contact', async () => {
    const { org, search } = await connect({ personAccounts: true });
    const id = org.add('Account', person);
    const contactId = org.record(id)?.PersonContactId as string;
    expect(org.record(contactId)).toMatchObject({ AccountId: id, MobilePhone: '0412 345 678' });
    expect((await search(both)).body).toMatchObject({
      searchRecords: [{ Id: id, PersonContactId: contactId }],
    });
  });

  it('a person account is also found as a contact when the option is set', async () => {
    const { org, search } = await connect({ personAccounts: true, personContactsFound: true });
    const id = org.add('Account', person);
    expect(idsFound(await search(both))).toEqual([id, org.record(id)?.PersonContactId]);
  });

  it('an org without person accounts has no fields of them', async () => {
    const { search } = await connect();
    expect(await search(both)).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_FIELD' }] });
  });
});

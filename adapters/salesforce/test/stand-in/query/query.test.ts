import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect, type Reply } from '../connect.ts';

afterEach(closeAll);

function idsOfRows({ body }: Reply): string[] {
  return (body as { records: { Id: string }[] }).records.map(({ Id }) => Id);
}

describe('a query', () => {
  it('a query returns rows with their type and address', async () => {
    const { query, org } = await connect();
    const id = org.add('Task', { Subject: 'Call', CallObject: 'jet:1' });
    expect(
      (await query("SELECT Id, Subject, WhoId FROM Task WHERE CallObject IN ('jet:1', 'jet:2')")).body,
    ).toEqual({
      totalSize: 1,
      done: true,
      records: [
        {
          attributes: { type: 'Task', url: `/services/data/v62.0/sobjects/Task/${id}` },
          Id: id,
          Subject: 'Call',
          WhoId: null,
        },
      ],
    });
  });

  it('a query says which status is closed', async () => {
    const { query } = await connect();
    const { body } = await query('SELECT ApiName FROM TaskStatus WHERE IsClosed = true ORDER BY SortOrder');
    expect(body).toMatchObject({ records: [{ ApiName: 'Completed' }] });
  });

  it('a query ignores case in text, except in a case-sensitive field', async () => {
    const { query, org } = await connect();
    const id = org.add('Task', { CallObject: 'jet:ABC', Jet_Call_Session_Id__c: 'ABC' });
    expect(idsOfRows(await query("SELECT Id FROM Task WHERE CallObject = 'JET:abc'"))).toEqual([id]);
    expect(idsOfRows(await query("SELECT Id FROM Task WHERE Jet_Call_Session_Id__c = 'abc'"))).toEqual([]);
  });

  it('a query compares instants', async () => {
    let now = Date.UTC(2026, 10, 22, 1, 0, 0);
    const { query, org } = await connect({ clock: () => now });
    org.add('Task', { Subject: 'before' });
    now += 1_000;
    const id = org.add('Task', { Subject: 'after' });
    expect(idsOfRows(await query('SELECT Id FROM Task WHERE CreatedDate >= 2026-11-22T01:00:01Z'))).toEqual([
      id,
    ]);
    expect(
      idsOfRows(await query('SELECT Id FROM Task WHERE CreatedDate >= 2026-11-22T12:00:01+11:00')),
    ).toEqual([id]);
  });

  it('a query treats an id of 15 characters like its form of 18', async () => {
    const { query, org } = await connect();
    const id = org.add('Contact', { LastName: 'Ng' });
    expect(idsOfRows(await query(`SELECT Id FROM Contact WHERE Id = '${id.slice(0, 15)}'`))).toEqual([id]);
  });

  it('a query distinguishes ids that differ in the case of a letter', async () => {
    const { query, org } = await connect();
    const ids = Array.from({ length: 80 }, () => org.add('Contact', { LastName: 'Ng' }).slice(0, 15));
    expect(new Set(ids.map((id) => id.toLowerCase())).size).toBeLessThan(ids.length);
    for (const id of ids)
      expect(idsOfRows(await query(`SELECT Id FROM Contact WHERE Id = '${id}'`))).toHaveLength(1);
  });

  it('a query supports AND, OR, NOT, brackets, order and limit', async () => {
    const { query, org } = await connect();
    const [, b, c] = ['a', 'b', 'c', 'd'].map((LastName) => org.add('Contact', { LastName }));
    const where = "WHERE (LastName = 'b' OR LastName = 'c' OR LastName = 'd') AND NOT LastName = 'd'";
    expect(idsOfRows(await query(`SELECT Id FROM Contact ${where} ORDER BY LastName DESC`))).toEqual([c, b]);
    expect(idsOfRows(await query(`SELECT Id FROM Contact ${where} ORDER BY LastName DESC LIMIT 1`))).toEqual([
      c,
    ]);
  });

  it('a query reads fields of the owner', async () => {
    const { query, org } = await connect();
    const OwnerId = org.add('User', { LastName: 'Gone', IsActive: false });
    org.add('Contact', { LastName: 'Ng', OwnerId });
    expect((await query('SELECT Owner.IsActive, Owner.Name FROM Contact')).body).toMatchObject({
      records: [{ Owner: { IsActive: false, Name: 'Gone' } }],
    });
  });

  it('a query unescapes its strings', async () => {
    const { query, org } = await connect();
    const id = org.add('Contact', { LastName: "O'Neill \\ Sons" });
    expect(idsOfRows(await query("SELECT Id FROM Contact WHERE LastName = 'O\\'Neill \\\\ Sons'"))).toEqual([
      id,
    ]);
  });

  it('a query finds no deleted record, and finds a new one at once', async () => {
    const { query, org, createTasks } = await connect({ indexLagMs: 60_000 });
    org.people.delete(org.add('Task', { Subject: 'gone' }));
    await createTasks({ Subject: 'new' });
    expect((await query('SELECT Subject FROM Task')).body).toMatchObject({ records: [{ Subject: 'new' }] });
  });

  it('a query returns at most 2,000 rows at a time', async () => {
    const { query, ask, org } = await connect();
    for (let count = 0; count < 2_001; count += 1) org.add('Contact', { LastName: 'Ng' });
    const first = await query('SELECT Id FROM Contact');
    expect(first.body).toMatchObject({ totalSize: 2_001, done: false });
    expect(idsOfRows(first)).toHaveLength(2_000);
    const { nextRecordsUrl } = first.body as { nextRecordsUrl: string };
    const second = await ask('GET', nextRecordsUrl.replace('/services/data/v62.0', ''));
    expect(second.body).toMatchObject({ totalSize: 2_001, done: true });
    expect(idsOfRows(second)).toHaveLength(1);
  });

  it.each([
    ['SELECT Id'],
    ['SELECT FROM Task'],
    ['SELECT Id FROM Task WHERE'],
    ["SELECT Id FROM Task WHERE Subject LIKE 'Call%'"],
    ["SELECT Id FROM Task WHERE Subject = 'a' AND Status = 'b' OR Status = 'c'"],
    ["SELECT Id FROM Task WHERE Subject = 'open"],
    ["SELECT Id FROM Task WHERE Subject = 'it's'"],
    ['SELECT COUNT() FROM Task'],
    ['SELECT Id FROM Task GROUP BY Id'],
    ['SELECT Id FROM Task; DELETE'],
  ])('a query is refused as malformed: %s', async (soql) => {
    const { query } = await connect();
    expect(await query(soql)).toMatchObject({ status: 400, body: [{ errorCode: 'MALFORMED_QUERY' }] });
  });

  it.each([
    ['SELECT Id, Nickname FROM Task', 'INVALID_FIELD'],
    ['SELECT Id FROM Customer', 'INVALID_TYPE'],
    ["SELECT Id FROM Task WHERE Description = 'a'", 'INVALID_FIELD'],
    ["SELECT Id FROM Task WHERE CreatedDate >= '2026-11-22T01:00:00Z'", 'INVALID_FIELD'],
    ['SELECT Id FROM Task WHERE Subject = 5', 'INVALID_FIELD'],
    ["SELECT Id FROM Task WHERE Id = 'abc'", 'INVALID_QUERY_FILTER_OPERATOR'],
    ["SELECT Id FROM Task WHERE IsClosed = 'true'", 'INVALID_FIELD'],
    ['SELECT IsPersonAccount FROM Account', 'INVALID_FIELD'],
  ])('the query %s is refused with %s', async (soql, errorCode) => {
    const { query } = await connect();
    expect(await query(soql)).toMatchObject({ status: 400, body: [{ errorCode }] });
  });

  it('a query is refused when its address is longer than 16,384 characters', async () => {
    const { query } = await connect();
    const keys = Array.from({ length: 200 }, (_, index) => `'jet:${String(index).padStart(100, '0')}'`);
    const answer = await query(`SELECT Id FROM Task WHERE CallObject IN (${keys.join(',')})`);
    expect(answer.status).toBe(414);
  });
});

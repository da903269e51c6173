import { describe, expect, it } from 'vitest';
import { calls, contacts, keyProperty, newCall, standIns } from '../stand-in-under-test.ts';

const open = standIns();

describe('reading from the stand-in HubSpot', () => {
  it('a read finds a call by its key at once, with the requested properties', async () => {
    const hubspot = await open({ indexLagMs: 60_000 });
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a')] });
    const body = {
      inputs: [{ id: 'a' }],
      idProperty: keyProperty,
      properties: [keyProperty, 'hs_call_title'],
    };
    const { status, body: answer } = await hubspot.post(`${calls}/batch/read`, body);
    expect(status).toBe(200);
    expect(answer.results[0]?.properties).toMatchObject({ [keyProperty]: 'a', hs_call_title: null });
  });

  it('a read names missing ids in a 207', async () => {
    const hubspot = await open();
    const body = {
      inputs: [{ id: 'gone' }],
      idProperty: keyProperty,
      properties: [],
      propertiesWithHistory: [],
    };
    const { status, body: answer } = await hubspot.post(`${calls}/batch/read?archived=false`, body);
    expect([status, answer.errors[0]?.context.ids]).toEqual([207, ['gone']]);
  });

  it('a read answers 404 when no id exists, if the portal is set so', async () => {
    const hubspot = await open({ noneThereOnRead: 404 });
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a')] });
    const read = async (...ids: string[]) =>
      (
        await hubspot.post(`${calls}/batch/read`, {
          inputs: ids.map((id) => ({ id })),
          idProperty: keyProperty,
          properties: [],
        })
      ).status;
    expect([await read('gone'), await read('gone', 'a')]).toEqual([404, 207]);
  });

  it('a read by a property that is not unique is refused', async () => {
    const hubspot = await open();
    const body = { inputs: [{ id: 'a' }], idProperty: 'hs_call_title', properties: [] };
    expect((await hubspot.post(`${calls}/batch/read`, body)).status).toBe(400);
  });

  it('a read returns one contact', async () => {
    const hubspot = await open({ contacts: [{ id: '7', properties: { firstname: 'Ann' } }] });
    const { body } = await hubspot.ask('GET', `${contacts}/7?properties=firstname,phone`);
    expect(body.properties).toMatchObject({ firstname: 'Ann', phone: null });
  });

  it('a read of a missing contact answers 404', async () => {
    const hubspot = await open();
    const { status, body } = await hubspot.ask('GET', `${contacts}/7`);
    expect([status, body.category]).toEqual([404, 'OBJECT_NOT_FOUND']);
  });

  it('a list of contacts comes in pages', async () => {
    const seeds = ['1', '2', '3'].map((id) => ({ id, properties: {} }));
    const hubspot = await open({ contacts: seeds });
    const first = await hubspot.ask('GET', `${contacts}?limit=2`);
    const after = first.body.paging?.next.after ?? '';
    const second = await hubspot.ask('GET', `${contacts}?limit=2&after=${after}`);
    expect([first, second].map(({ body }) => body.results.map(({ id }) => id))).toEqual([['1', '2'], ['3']]);
    expect(second.body.paging).toBeUndefined();
  });

  it('an archive takes a batch, and ignores missing ids', async () => {
    const hubspot = await open({ contacts: [{ id: '7', properties: {} }] });
    const { status } = await hubspot.post(`${contacts}/batch/archive`, {
      inputs: [{ id: '7' }, { id: '8' }],
    });
    expect([status, hubspot.records('contacts')]).toEqual([204, []]);
  });
});

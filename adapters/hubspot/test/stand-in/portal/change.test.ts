import { describe, expect, it } from 'vitest';
import {
  calls,
  contacts,
  keyProperty,
  keyed,
  newCall,
  standIns,
  type StandInUnderTest,
} from '../stand-in-under-test.ts';

const open = standIns();
const update = `${calls}/batch/update`;
const upsert = `${calls}/batch/upsert`;

async function made(hubspot: StandInUnderTest, ...keys: string[]): Promise<string[]> {
  const { body } = await hubspot.post(`${calls}/batch/create`, { inputs: keys.map((key) => newCall(key)) });
  return body.results.map(({ id }) => id);
}

describe('updating calls in the stand-in HubSpot', () => {
  it('an update changes the named properties and no others', async () => {
    const hubspot = await open();
    const [id = ''] = await made(hubspot, 'a');
    const { status } = await hubspot.post(update, { inputs: [{ id, properties: { hs_call_title: 'New' } }] });
    expect(status).toBe(200);
    expect(hubspot.record('calls', id)?.properties).toMatchObject({
      hs_call_title: 'New',
      [keyProperty]: 'a',
    });
  });

  it('an update returns the changed properties, not the rest of the record', async () => {
    const hubspot = await open();
    const [id = ''] = await made(hubspot, 'a');
    const { body } = await hubspot.post(update, { inputs: [{ id, properties: { hs_call_title: 'New' } }] });
    expect(Object.keys(body.results[0]?.properties ?? {})).not.toContain(keyProperty);
  });

  it('an update finds the record by a unique property', async () => {
    const hubspot = await open();
    const [id] = await made(hubspot, 'a');
    const input = { id: 'a', idProperty: keyProperty, properties: { hs_call_title: 'New' } };
    const { body } = await hubspot.post(update, { inputs: [input] });
    expect(body.results[0]?.id).toBe(id);
  });

  it('an update by a property that is not unique is refused', async () => {
    const hubspot = await open();
    const input = { id: 'a', idProperty: 'hs_call_title', properties: {} };
    const { status, body } = await hubspot.post(update, { inputs: [input] });
    expect([status, body.message]).toEqual([400, expect.stringContaining('non-unique 0-48 property')]);
  });

  it('an update ignores properties that are unknown or read only', async () => {
    const hubspot = await open();
    const [id = ''] = await made(hubspot, 'a');
    const properties = { nonsense: '1', hs_object_id: '5', hs_call_title: 'New' };
    expect((await hubspot.post(update, { inputs: [{ id, properties }] })).status).toBe(200);
    expect(hubspot.record('calls', id)?.properties).toMatchObject({ hs_object_id: id, hs_call_title: 'New' });
    expect(hubspot.record('calls', id)?.properties).not.toHaveProperty('nonsense');
  });

  it('an empty value clears a property, which then shows an empty text', async () => {
    const hubspot = await open();
    const [id = ''] = await made(hubspot, 'a');
    for (const title of ['New', ''])
      await hubspot.post(update, { inputs: [{ id, properties: { hs_call_title: title } }] });
    const names = ['hs_call_title', 'hs_call_body'];
    const { body } = await hubspot.post(`${calls}/batch/read`, { inputs: [{ id }], properties: names });
    expect(body.results[0]?.properties).toMatchObject({ hs_call_title: '', hs_call_body: null });
  });

  it('an update with a repeated id is refused', async () => {
    const hubspot = await open();
    const [id = ''] = await made(hubspot, 'a');
    const input = { id, properties: { hs_call_title: 'New' } };
    expect((await hubspot.post(update, { inputs: [input, input] })).status).toBe(400);
    expect(hubspot.record('calls', id)?.properties).not.toHaveProperty('hs_call_title');
  });

  it('an update with one bad row is refused as a whole', async () => {
    const hubspot = await open();
    const [a = '', b = ''] = await made(hubspot, 'a', 'b');
    const inputs = [
      { id: a, properties: { hs_call_title: 'New' } },
      { id: b, properties: { hs_call_status: 'MISSED' } },
    ];
    expect((await hubspot.post(update, { inputs })).status).toBe(400);
    expect(hubspot.record('calls', a)?.properties).not.toHaveProperty('hs_call_title');
  });

  it('an update names missing ids in a 207, and changes the others', async () => {
    const hubspot = await open();
    const [id = ''] = await made(hubspot, 'a');
    const inputs = [id, '404'].map((one) => ({ id: one, properties: { hs_call_title: 'New' } }));
    const { status, body } = await hubspot.post(update, { inputs });
    expect([status, body.results.map((result) => result.id)]).toEqual([207, [id]]);
    expect(body.errors[0]).toMatchObject({ category: 'OBJECT_NOT_FOUND', context: { ids: ['404'] } });
  });

  it('an update does not name missing ids when the portal is set so', async () => {
    const hubspot = await open({ missingOnUpdate: 'silent' });
    const { status, body } = await hubspot.post(update, { inputs: [{ id: '404', properties: {} }] });
    expect([status, body.results, body.errors]).toEqual([207, [], undefined]);
  });

  it('an update to a unique value of another record is refused', async () => {
    const hubspot = await open();
    const [, b = ''] = await made(hubspot, 'a', 'b');
    const { status } = await hubspot.post(update, {
      inputs: [{ id: b, properties: { [keyProperty]: 'a' } }],
    });
    expect(status).toBe(400);
  });

  it('a PATCH changes one call by a unique property', async () => {
    const hubspot = await open();
    const [id = ''] = await made(hubspot, 'a');
    const path = `${calls}/a?idProperty=${keyProperty}`;
    expect((await hubspot.ask('PATCH', path, { properties: { hs_call_title: 'New' } })).status).toBe(200);
    expect(hubspot.record('calls', id)?.properties.hs_call_title).toBe('New');
  });
});

describe('upserting calls in the stand-in HubSpot', () => {
  it('an upsert creates missing records, changes existing ones, and says which', async () => {
    const hubspot = await open();
    await made(hubspot, 'a');
    const { status, body } = await hubspot.post(upsert, { inputs: [keyed('a'), keyed('b')] });
    expect([status, body.results.map((result) => result.new)]).toEqual([200, [false, true]]);
    expect(hubspot.records('calls').map(({ properties }) => properties[keyProperty])).toEqual(['a', 'b']);
  });

  it('an upsert keeps the associations of existing records', async () => {
    const hubspot = await open({ contacts: [{ id: '7', properties: {} }] });
    await hubspot.post(`${calls}/batch/create`, { inputs: [newCall('a', {}, { contacts: ['7'] })] });
    await hubspot.post(upsert, { inputs: [keyed('a')] });
    expect(hubspot.records('calls')[0]?.contacts).toEqual(['7']);
  });

  it.each([
    ['associations', { associations: [] }],
    ['no idProperty', { idProperty: undefined }],
    ['no id', { id: undefined }],
  ])('an upsert refuses an input with %s', async (_, change) => {
    const hubspot = await open();
    const input = { ...(keyed('a') as object), ...change };
    const { status } = await hubspot.post(upsert, { inputs: [input] });
    expect([status, hubspot.records('calls')]).toEqual([400, []]);
  });

  it.each(['hs_call_title', 'hs_object_id', 'nonsense'])(
    'an upsert refuses %s as idProperty',
    async (idProperty) => {
      const hubspot = await open();
      const input = { ...(keyed('a') as object), idProperty };
      const { status, body } = await hubspot.post(upsert, { inputs: [input] });
      expect([status, body.message]).toEqual([400, expect.stringContaining('non-unique')]);
    },
  );

  it('an upsert with a repeated id is refused as a whole', async () => {
    const hubspot = await open();
    const { status } = await hubspot.post(upsert, { inputs: [keyed('a'), keyed('b'), keyed('a')] });
    expect([status, hubspot.records('calls')]).toEqual([400, []]);
  });

  it('an upsert with one bad row is refused as a whole, trace ids or not', async () => {
    const hubspot = await open();
    const inputs = [keyed('a'), keyed('b', { hs_call_status: 'MISSED' })].map((input, index) => ({
      ...(input as object),
      objectWriteTraceId: String(index),
    }));
    const { status } = await hubspot.post(upsert, { inputs });
    expect([status, hubspot.records('calls')]).toEqual([400, []]);
  });

  it('an upsert treats rows separately when the portal is set so', async () => {
    const hubspot = await open({ partial: ['create', 'upsert'] });
    const inputs = [keyed('a'), keyed('b', { hs_call_status: 'MISSED' })].map((input, index) => ({
      ...(input as object),
      objectWriteTraceId: `t${index}`,
    }));
    const { status, body } = await hubspot.post(upsert, { inputs });
    expect([status, body.errors[0]?.context.objectWriteTraceId]).toEqual([207, ['t1']]);
    expect(hubspot.records('calls')).toHaveLength(1);
  });

  it('an upsert refuses a new call without hs_timestamp', async () => {
    const hubspot = await open();
    const { status } = await hubspot.post(upsert, { inputs: [keyed('a', { hs_timestamp: '' })] });
    expect(status).toBe(400);
  });
});

describe('contacts in the stand-in HubSpot', () => {
  const properties = { contacts: [{ name: 'jet_number', hasUniqueValue: true }] };
  const byNumber = { id: '+61412345678', idProperty: 'jet_number', properties: { phone: '+61412345678' } };

  it('an upsert with a unique property never makes a contact twice', async () => {
    const hubspot = await open({ properties });
    for (const expected of [true, false]) {
      const { body } = await hubspot.post(`${contacts}/batch/upsert`, { inputs: [byNumber] });
      expect(body.results[0]?.new).toBe(expected);
    }
    expect(hubspot.records('contacts')).toHaveLength(1);
  });

  it('a contact gets its calculated numbers when it is made', async () => {
    const hubspot = await open({ properties });
    await hubspot.post(`${contacts}/batch/upsert`, { inputs: [byNumber] });
    expect(hubspot.records('contacts')[0]?.properties.hs_calculated_phone_number).toBe('+61412345678');
  });

  it('a create that repeats the email of a contact is refused', async () => {
    const hubspot = await open({
      contacts: [{ properties: { email: 'a@example.com' } }],
      uniqueConflict: 'conflict',
    });
    const input = { properties: { email: 'a@example.com' }, associations: [] };
    expect((await hubspot.post(`${contacts}/batch/create`, { inputs: [input] })).status).toBe(409);
    expect(hubspot.records('contacts')).toHaveLength(1);
  });

  it('a contact can be made without an email', async () => {
    const hubspot = await open();
    const input = { properties: { phone: '0412 345 678' }, associations: [] };
    expect((await hubspot.post(`${contacts}/batch/create`, { inputs: [input] })).status).toBe(201);
  });
});

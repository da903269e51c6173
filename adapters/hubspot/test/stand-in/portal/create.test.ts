import { describe, expect, it } from 'vitest';
import { association, calls, keyProperty, newCall, standIns, untraced } from '../stand-in-under-test.ts';

const open = standIns();
const create = `${calls}/batch/create`;
const people = { contacts: [{ id: '7', properties: {} }], companies: [{ id: '8', properties: {} }] };

describe('creating calls in the stand-in HubSpot', () => {
  it('a create answers 201 and keeps the call', async () => {
    const hubspot = await open();
    const { status, body } = await hubspot.post(create, {
      inputs: [newCall('a', { hs_call_title: 'Hello' })],
    });
    expect(status).toBe(201);
    expect(body.results[0]?.properties).toMatchObject({ [keyProperty]: 'a', hs_call_title: 'Hello' });
    expect(hubspot.records('calls').map(({ id }) => id)).toEqual([body.results[0]?.id]);
  });

  it('a create associates a contact by 194 and a company by 182', async () => {
    const hubspot = await open(people);
    const input = newCall('a', {}, { contacts: ['7'], companies: ['8'] });
    await hubspot.post(create, { inputs: [input] });
    expect(hubspot.records('calls')[0]).toMatchObject({ contacts: ['7'], companies: ['8'] });
  });

  it('a create returns a time in ISO form, whatever form it came in', async () => {
    const hubspot = await open();
    const { body } = await hubspot.post(create, {
      inputs: [newCall('a', { hs_timestamp: '1795309200000' })],
    });
    expect(body.results[0]?.properties.hs_timestamp).toBe('2026-11-22T01:00:00.000Z');
  });

  it('a create accepts 100 inputs, and no more', async () => {
    const hubspot = await open();
    const inputs = Array.from({ length: 101 }, (_, index) => newCall(`k${index}`));
    expect((await hubspot.post(create, { inputs })).status).toBe(400);
    expect((await hubspot.post(create, { inputs: inputs.slice(1) })).status).toBe(201);
  });

  it('a create without inputs is refused', async () => {
    const hubspot = await open();
    expect((await hubspot.post(create, { inputs: [] })).status).toBe(400);
  });

  it('a create with a value that is not a string is refused', async () => {
    const hubspot = await open();
    const input = { ...newCall('a'), properties: { hs_timestamp: 1795309200000 } };
    const { status, body } = await hubspot.post(create, { inputs: [input] });
    expect([status, body.category]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('a create with an input that lacks associations is refused', async () => {
    const hubspot = await open();
    const { properties } = newCall('a');
    expect((await hubspot.post(create, { inputs: [{ properties }] })).status).toBe(400);
  });

  it('a create with an association type that is text is refused', async () => {
    const hubspot = await open(people);
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: '194' }];
    const input = { ...newCall('a'), associations: [{ to: { id: '7' }, types }] };
    expect((await hubspot.post(create, { inputs: [input] })).status).toBe(400);
  });

  it.each([
    ['a call without hs_timestamp', { hs_timestamp: '' }, 'hs_timestamp is required'],
    ['an unknown property', { nonsense: '1' }, 'PROPERTY_DOESNT_EXIST'],
    ['a property that is read only', { hs_object_id: '1' }, 'READ_ONLY_VALUE'],
    ['a status that is no option', { hs_call_status: 'MISSED' }, 'INVALID_OPTION'],
    ['a direction that is no option', { hs_call_direction: 'inbound' }, 'INVALID_OPTION'],
    ['a disposition that is no option', { hs_call_disposition: 'Connected' }, 'INVALID_OPTION'],
    ['a duration that is no number', { hs_call_duration: '3 min' }, 'INVALID_FLOAT'],
    ['an invalid time', { hs_timestamp: 'yesterday' }, 'INVALID_DATE'],
    ['an unknown owner', { hubspot_owner_id: '1' }, 'INVALID_OWNER_ID'],
    ['an archived owner', { hubspot_owner_id: '32' }, 'INVALID_OWNER_ID'],
  ])('a create refuses %s', async (_, given, code) => {
    const hubspot = await open({ owners: [{ id: '32', email: 'away@example.com', archived: true }] });
    const { status, body } = await hubspot.post(create, { inputs: [untraced(newCall('a', given))] });
    expect([status, body.category]).toEqual([400, 'VALIDATION_ERROR']);
    expect(JSON.stringify(body.errors)).toContain(code);
  });

  it("a create accepts the portal's options: status, direction, disposition and owner", async () => {
    const hubspot = await open({ owners: [{ id: '31', email: 'here@example.com' }] });
    const given = {
      hs_call_status: 'NO_ANSWER',
      hs_call_direction: 'INBOUND',
      hs_call_disposition: '73a0d17f-1163-4015-bdd5-ec830791da20',
      hubspot_owner_id: '31',
    };
    expect((await hubspot.post(create, { inputs: [newCall('a', given)] })).status).toBe(201);
  });

  it('a create refuses properties that a portal lacks as unknown', async () => {
    const hubspot = await open({ lacks: { calls: ['hs_call_disposition'] } });
    const given = { hs_call_disposition: '73a0d17f-1163-4015-bdd5-ec830791da20' };
    const { body } = await hubspot.post(create, { inputs: [untraced(newCall('a', given))] });
    expect(body.errors[0]?.code).toBe('PROPERTY_DOESNT_EXIST');
  });

  it.each([
    ['no contact', association('404', 194), 404],
    ['a company as a contact', association('8', 194), 404],
    ['an unknown type', association('7', 9), 400],
  ])('a create refuses an association with %s', async (_, associations, expected) => {
    const hubspot = await open(people);
    const input = { ...untraced(newCall('a')), associations: [associations] };
    expect((await hubspot.post(create, { inputs: [input] })).status).toBe(expected);
    expect(hubspot.records('calls')).toEqual([]);
  });

  it('a create refuses an unknown association with 400 when the portal is set so', async () => {
    const hubspot = await open({ ...people, unknownAssociation: 400 });
    const input = untraced(newCall('a', {}, { contacts: ['404'] }));
    expect((await hubspot.post(create, { inputs: [input] })).status).toBe(400);
  });
});

describe('a bad row in a batch', () => {
  const bad = newCall('b', { hs_call_status: 'MISSED' });

  it('a bad row is named by its trace id, and the others are created, when every input has its own', async () => {
    const hubspot = await open();
    const { status, body } = await hubspot.post(create, { inputs: [newCall('a'), bad, newCall('c')] });
    expect(status).toBe(207);
    expect(body.results.map(({ properties }) => properties[keyProperty])).toEqual(['a', 'c']);
    expect(body.errors.map(({ context }) => context.objectWriteTraceId)).toEqual([['b']]);
  });

  it('a batch with a bad row is refused when one input has no trace id', async () => {
    const hubspot = await open();
    const { status } = await hubspot.post(create, { inputs: [untraced(newCall('a')), bad] });
    expect([status, hubspot.records('calls')]).toEqual([400, []]);
  });

  it('a batch with a bad row is refused when two inputs share a trace id', async () => {
    const hubspot = await open();
    const shared = { ...bad, objectWriteTraceId: 'a' };
    const { status } = await hubspot.post(create, { inputs: [newCall('a'), shared] });
    expect([status, hubspot.records('calls')]).toEqual([400, []]);
  });

  it('a batch with a bad row is refused in a portal that does not treat rows separately', async () => {
    const hubspot = await open({ partial: [] });
    const { status } = await hubspot.post(create, { inputs: [newCall('a'), bad] });
    expect([status, hubspot.records('calls')]).toEqual([400, []]);
  });
});

describe('a unique value that already exists', () => {
  it('a repeated unique value is refused as CONFLICTING_UNIQUE_VALUE, and makes no second call', async () => {
    const hubspot = await open();
    await hubspot.post(create, { inputs: [newCall('a')] });
    const { status, body } = await hubspot.post(create, { inputs: [untraced(newCall('a'))] });
    expect([status, body.errors[0]?.code]).toEqual([400, 'CONFLICTING_UNIQUE_VALUE']);
    expect(hubspot.records('calls')).toHaveLength(1);
  });

  it('a repeated unique value is refused as a 409 when the portal is set so', async () => {
    const hubspot = await open({ uniqueConflict: 'conflict' });
    await hubspot.post(create, { inputs: [newCall('a')] });
    const { status, body } = await hubspot.post(create, { inputs: [untraced(newCall('a'))] });
    expect([status, body.category]).toEqual([409, 'CONFLICT']);
  });

  it('a 207 names a repeated unique value by its trace id', async () => {
    const hubspot = await open();
    await hubspot.post(create, { inputs: [newCall('a')] });
    const { status, body } = await hubspot.post(create, { inputs: [newCall('a'), newCall('b')] });
    expect([status, body.results.length]).toEqual([207, 1]);
    expect(body.errors[0]?.context.objectWriteTraceId).toEqual(['a']);
  });

  it('a unique value that is repeated within one batch is refused', async () => {
    const hubspot = await open();
    const again = { ...newCall('a'), objectWriteTraceId: 'again' };
    const { body } = await hubspot.post(create, { inputs: [newCall('a'), again] });
    expect(body.errors[0]?.context.objectWriteTraceId).toEqual(['again']);
    expect(hubspot.records('calls')).toHaveLength(1);
  });

  it('a unique value is free again once its record is deleted', async () => {
    const hubspot = await open();
    const { body } = await hubspot.post(create, { inputs: [newCall('a')] });
    hubspot.person.remove('calls', body.results[0]?.id ?? '');
    expect((await hubspot.post(create, { inputs: [newCall('a')] })).status).toBe(201);
  });
});

describe('a rule of the account', () => {
  it('a rule of the account refuses the record with its text, and the others are accepted', async () => {
    const hubspot = await open();
    hubspot.refuse(['b']);
    const { status, body } = await hubspot.post(create, { inputs: [newCall('a'), newCall('b')] });
    expect([status, body.results[0]?.properties[keyProperty]]).toEqual([207, 'a']);
  });

  it('a rule of the account refuses nothing after it is removed', async () => {
    const hubspot = await open();
    hubspot.refuse(['a']);
    hubspot.refuse([]);
    expect((await hubspot.post(create, { inputs: [newCall('a')] })).status).toBe(201);
  });
});

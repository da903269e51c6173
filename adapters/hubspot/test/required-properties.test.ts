import { afterEach, describe, expect, it } from 'vitest';
import { missingProperties } from '../check/required-properties.ts';
import { readErrorDetails } from '../api/refusal.ts';
import type { Delivery } from '../../../src/contract/index.ts';
import { fieldsFile } from './fields-file.ts';
import { afterwards, callsFromNumbers, openPortal, type PortalUnderTest } from './portal-under-test.ts';

let test: PortalUnderTest | undefined;
afterEach(async () => {
  await test?.close();
  test = undefined;
});

const error = (rest: object): object => ({ status: 'error', category: 'VALIDATION_ERROR', ...rest });
const missing = { kind: 'rejected', code: 'property_required' };

describe('required properties', () => {
  it.each([
    error({ errors: [{ code: 'MISSING_REQUIRED_PROPERTY', context: { properties: ['a', 'b_c'] } }] }),
    error({ message: 'Required properties were not set: [a, b_c]' }),
    error({ subCategory: 'MISSING_REQUIRED_PROPERTIES', context: { properties: ['a', 'b_c'] } }),
    error({ message: 'Missing required properties: a, b_c.' }),
    error({ message: "Properties 'a' and 'b_c' are required" }),
    error({ message: 'Missing required fields: [a, b_c]' }),
    error({ message: "Cannot create a call without required properties 'a' and 'b_c'" }),
    error({ message: 'A value is required for properties a, b_c' }),
    error({ message: 'a: This property is required, b_c: This property is required' }),
    error({
      message: 'Some required properties were not set.',
      errors: [{ message: 'not set', context: { propertyName: ['a', 'b_c'] } }],
    }),
    error({
      errors: ['a', 'b_c'].map((name) => ({
        code: 'REQUIRED_FIELD',
        message: 'Field is required',
        in: name,
      })),
    }),
    error({
      message:
        'Property values were not valid: [{"message":"a is required","error":"REQUIRED_PROPERTY","name":"a"},' +
        '{"message":"b_c is required","error":"REQUIRED_PROPERTY","name":"b_c"},' +
        '{"message":"no option","error":"INVALID_OPTION","name":"d"}]',
    }),
  ])('required properties are read from %j', (body) => {
    expect(missingProperties(readErrorDetails(body))).toEqual(['a', 'b_c']);
  });

  it.each([
    error({ errors: [{ code: 'INVALID_OPTION', context: { propertyName: ['a_b'] } }] }),
    error({ message: 'Property "a_b" does not exist' }),
    error({ message: 'Authentication is required' }),
    error({ category: 'MISSING_SCOPES', message: 'Scopes are required', context: { properties: ['a'] } }),
  ])('no required properties are read from %j', (body) => {
    expect(missingProperties(readErrorDetails(body))).toEqual([]);
  });

  it('properties of a condition in the message do not count as required', () => {
    const message = 'hs_call_purpose is required when hs_call_status is COMPLETED';
    expect(missingProperties(readErrorDetails(error({ message })))).toEqual(['hs_call_purpose']);
  });
});

describe('a rule that requires properties', () => {
  const requires = { calls: ['hs_call_purpose'] };

  it.each([{ partial: ['create'] as const }, { partial: [] }])(
    'a rule that requires properties rejects every call of a batch in one create (%o)',
    async ({ partial }) => {
      test = await openPortal({ requires, partial });
      const outcomes = await test.deliver(callsFromNumbers(100));
      for (const outcome of outcomes.values()) expect(outcome).toMatchObject(missing);
      expect(outcomes.size).toBe(100);
      expect(test.portal.requests('calls.create')).toHaveLength(1);
    },
  );

  it.each([{ partial: ['create'] as const }, { partial: [] }])(
    'a rule that requires properties does not stop the other calls of a batch (%o)',
    async ({ partial }) => {
      const properties = { calls: [{ name: 'region' }] };
      const settings = { HUBSPOT_FIELDS: await fieldsFile({ service_name: 'region' }) };
      test = await openPortal({ properties, requires: { calls: ['region'] }, partial }, settings);
      const batch = callsFromNumbers(100).map((one, index) =>
        index === 40 ? { ...one, call: { ...one.call, service_name: undefined } } : one,
      ) as Delivery[];
      const outcomes = await test.deliver(batch);
      expect(outcomes.get('call-40')).toMatchObject(missing);
      expect([...outcomes.values()].filter(({ kind }) => kind === 'delivered')).toHaveLength(99);
      expect(test.portal.requests('calls.create').length).toBeLessThanOrEqual(2);
    },
  );

  it.each([{ partial: ['create', 'update'] as const }, { partial: ['create'] as const }])(
    'a rule that requires properties rejects every change of a batch within four requests (%o)',
    async ({ partial }) => {
      const rule: { calls: string[] } = { calls: [] };
      test = await openPortal({ requires: rule, partial });
      const batch = callsFromNumbers(100);
      const landed = await test.deliver(batch);
      rule.calls.push('hs_call_purpose');
      test.portal.forget();
      const changed = batch.map((one) => afterwards(one, landed.get(one.id), { duration_seconds: 9 }));
      const outcomes = await test.deliver(changed);
      expect([...outcomes.values()].filter(({ kind }) => kind === 'rejected')).toHaveLength(100);
      expect(outcomes.get('call-7')).toMatchObject(missing);
      expect(test.portal.requests('calls.update', 'calls.read').length).toBeLessThanOrEqual(4);
    },
  );

  it('a rule that requires properties of contacts costs one request, and the calls land without contacts', async () => {
    test = await openPortal({ requires: { contacts: ['lastname'] } }, { HUBSPOT_UNMATCHED: 'create' });
    const outcomes = await test.deliver(callsFromNumbers(20));
    expect([...outcomes.values()].every(({ kind }) => kind === 'delivered')).toBe(true);
    expect(test.portal.requests('contacts.upsert')).toHaveLength(1);
    const findings = await test.adapter().check(new AbortController().signal);
    const said = findings.map(({ message }) => message).join();
    expect(said).toContain('HubSpot requires property lastname on contacts');
  });
});

describe('USER_DOES_NOT_HAVE_PERMISSIONS at an association', () => {
  const refusal = {
    status: 'error',
    category: 'VALIDATION_ERROR',
    message: 'USER_DOES_NOT_HAVE_PERMISSIONS: user cannot associate',
    context: { fromObjectId: ['1'] },
  };

  it.each([200, 207, 400, 403])(
    'USER_DOES_NOT_HAVE_PERMISSIONS inside a %i at an association pauses with a remedy',
    async (status) => {
      test = await openPortal({ contacts: [{ id: '9', properties: { phone: '+61412000000' } }] });
      const body =
        status < 300 ? { status: 'COMPLETE', results: [], numErrors: 1, errors: [refusal] } : refusal;
      test.portal.stage('500', { on: 'calls.create' });
      test.portal.stage(
        { reply: { kind: 'instead', status, body, contentType: 'application/json' } },
        { on: 'associations.default' },
      );
      await expect(test.deliver(callsFromNumbers(1))).rejects.toMatchObject({
        name: 'AdapterMisconfigured',
        remedy: expect.stringContaining('service key') as string,
      });
      expect(test.portal.requests('associations.default')).toHaveLength(1);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { sampleCall } from '../../src/cli/adapter/sample-calls.ts';
import { createCallCompleter } from '../../src/domain/call.ts';
import { counterpartToSearch } from '../../src/crm/counterpart.ts';
import type { CallFields } from '../../src/domain/jet-fields.ts';
import { recordOf } from '../fixtures/landed-calls.ts';

const settings = { defaultCountry: 'AU', timeZone: 'Australia/Sydney', statusMap: new Map() };
const complete = createCallCompleter(settings);
const none: ReadonlySet<string> = new Set();
const from = (fields: CallFields, own = none) =>
  counterpartToSearch(complete(recordOf('c', { fields })), own);
const to = (fields: CallFields, own = none) =>
  counterpartToSearch(complete(recordOf('c', { fields, direction: 'outbound' })), own);

describe('the counterpart to search', () => {
  it('the origin of an inbound call is searched', () => {
    expect(from({ origin_number: '0491 570 006' })).toEqual({ number: '+61491570006' });
  });

  it('the called number of an outbound call is searched', () => {
    expect(to({ called_number: '0491 570 156', calling_number: '02 5550 1234' })).toEqual({
      number: '+61491570156',
    });
  });

  it.each(['anonymous', '', 'private'])('no number is searched when the caller is "%s"', (text) => {
    expect(from({ origin_number: text }).rule).toBe('withheld');
  });

  it.each(['204', '2041', '*97'])('no number is searched for the extension %s', (text) => {
    expect(from({ origin_number: text }).rule).toBe('internal');
    expect(to({ called_number: text }).rule).toBe('internal');
  });

  it.each(['Front desk', '99999999999999', '04915'.repeat(9)])('no number is searched for "%s"', (text) => {
    expect(from({ origin_number: text }).rule).toBe('unreadable');
  });

  it('no number is searched when an outbound call names none', () => {
    expect(to({}).rule).toBe('unreadable');
  });

  it("a number of the operator's own is not searched", () => {
    expect(from({ origin_number: '02 5550 1234' }, new Set(['+61255501234'])).rule).toBe('own');
  });

  it('the service number that was called is not searched', () => {
    expect(from({ origin_number: '1300975707', phone_number: '1300 975 707' }).rule).toBe('own');
  });

  it('the number that the business calls from is not searched', () => {
    expect(to({ called_number: '0255501234', calling_number: '02 5550 1234' }).rule).toBe('own');
  });

  it.each([
    ['answered', undefined],
    ['outbound', undefined],
    ['withheld', 'withheld'],
    ['internal', 'internal'],
    ['minimal', 'withheld'],
  ] as const)('the number of the sample "%s" is not searched, as %s', (kind, rule) => {
    expect(counterpartToSearch(sampleCall(kind, settings), none).rule).toBe(rule);
  });
});

import { describe, expect, it } from 'vitest';
import { callDetails, callTitle, durationWords } from '../../src/crm/call-words.ts';
import type { CallRecord } from '../../src/domain/fold.ts';
import type { CallFields } from '../../src/domain/jet-fields.ts';
import { allFields, delivery, recordOf, startedAtMs } from '../fixtures/landed-calls.ts';

const call = (fields: CallFields, rest: Partial<CallRecord> = {}) =>
  delivery(recordOf('c', { fields, ...rest })).call;
const inbound: CallFields = {
  started_at: startedAtMs,
  origin_number: '0491570006',
  service_name: 'Sales line',
  dial_status: 'ANSWER',
  duration_seconds: 192,
};
const textOf = (label: string, ...given: Parameters<typeof callDetails>): string | undefined =>
  callDetails(...given).find((detail) => detail.label === label)?.text;

describe('the title of a call', () => {
  it.each<[string, CallFields, Partial<CallRecord>]>([
    ['Inbound call from +61 491 570 006 · Sales line · answered 3 min 12 s', inbound, {}],
    [
      'Inbound call from a withheld number · Sales line · missed',
      { ...inbound, origin_number: 'anonymous', dial_status: 'NOANSWER' },
      {},
    ],
    ['Inbound call from 202 · Sales line · answered 3 min 12 s', { ...inbound, origin_number: '202' }, {}],
    [
      'Inbound call from +61 491 570 006 · in progress',
      { origin_number: '0491570006' },
      { stage: 'call_start' },
    ],
    [
      'Inbound call from +61 491 570 006 · Sales line · answered 3 min 12 s',
      { ...inbound, service_name: 'Sales\n line ' },
      {},
    ],
    [
      'Outbound call to +61 2 5550 1234 · extension 202 · busy',
      { called_number: '0255501234', calling_extension: '202', dial_status: 'BUSY' },
      { direction: 'outbound', stage: 'call_end_outbound' },
    ],
  ])('the title of a call reads: %s', (title, fields, rest) => {
    expect(callTitle(call(fields, rest))).toBe(title);
  });
});

describe('the details of a call', () => {
  it('the details of a call give start and end in local time, with the offset', () => {
    const ended = call({ ...inbound, ended_at: startedAtMs + 192_000 });
    expect(textOf('Started', ended)).toBe('2026-11-22 12:02:03 Australia/Sydney (UTC+11:00)');
    expect(textOf('Ended', ended)).toBe('2026-11-22 12:05:15 Australia/Sydney (UTC+11:00)');
  });

  it('the details of a call name only fields with a value', () => {
    expect(
      callDetails(call({ origin_number: '0491570006', service_name: ' ' })).map(({ label }) => label),
    ).toEqual(['Started', 'Result', 'From', 'Note', 'Call id']);
  });

  it('the details of a call have every label once when every field has a value', () => {
    const labels = callDetails(call(allFields())).map(({ label }) => label);
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels).toEqual(
      expect.arrayContaining([
        'Queue',
        'Menu choices',
        'Answering point',
        'Extension',
        'Campaign',
        'Source',
        'Medium',
        'Keywords',
        'Landing page',
        'Google click id',
      ]),
    );
  });

  it("the details of a call give Jet's own word next to ours", () => {
    expect(textOf('Result', call(inbound))).toBe('answered (ANSWER)');
  });

  it('the details of a call say that the end never came', () => {
    expect(textOf('Note', call(inbound), true)).toBe('the end of this call never came');
  });

  it('a value with line breaks is on its own line of the details', () => {
    expect(textOf('Campaign', call({ ...inbound, campaign: 'a\r\nResult: answered\u2028b' }))).toBe(
      'a Result: answered b',
    );
  });
});

describe('a number of seconds', () => {
  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [192, '3 min 12 s'],
    [3720, '1 h 2 min'],
  ])('the number of seconds %i reads %s', (seconds, words) => {
    expect(durationWords(seconds)).toBe(words);
  });
});

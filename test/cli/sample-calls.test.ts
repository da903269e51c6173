import { describe, expect, it } from 'vitest';
import { sampleCall, sampleKinds } from '../../src/cli/adapter/sample-calls.ts';
import { jetFields } from '../../src/domain/jet-fields.ts';

const settings = { defaultCountry: 'AU', timeZone: 'Australia/Sydney', statusMap: new Map() };

describe('the sample calls', () => {
  it.each([
    ['answered', 'inbound', 'answered', 'call_end'],
    ['missed', 'inbound', 'missed', 'call_end'],
    ['abandoned', 'inbound', 'abandoned', 'call_end'],
    ['busy', 'inbound', 'busy', 'call_end'],
    ['in-progress', 'inbound', 'in_progress', 'call_start'],
    ['outbound', 'outbound', 'answered', 'call_end_outbound'],
    ['withheld', 'inbound', 'answered', 'call_end'],
    ['internal', 'inbound', 'answered', 'call_end'],
    ['web-session', 'inbound', 'answered', 'call_end'],
    ['minimal', 'inbound', 'unknown', 'call_end'],
  ] as const)('the sample call %s is: %s, %s, at %s', (kind, direction, status, stage) => {
    expect(sampleCall(kind, settings)).toMatchObject({ direction, status, stage });
  });

  it('the sample calls are ten different calls', () => {
    const ids = sampleKinds.map((kind) => sampleCall(kind, settings).call_id);
    expect(new Set(ids).size).toBe(10);
  });

  it('the sample calls are the same every time', () => {
    for (const kind of sampleKinds) expect(sampleCall(kind, settings)).toEqual(sampleCall(kind, settings));
  });

  it('the sample call web-session holds every field of an inbound call', () => {
    const call: Readonly<Record<string, unknown>> = { ...sampleCall('web-session', settings) };
    const missing = jetFields.filter(({ list, name }) => list !== 'outbound' && call[name] === undefined);
    expect(missing).toEqual([]);
  });

  it('the sample call withheld hides the number', () => {
    expect(sampleCall('withheld', settings)).toMatchObject({ withheld: true, counterpart_e164: undefined });
  });

  it('the sample call minimal holds only an id', () => {
    const call = sampleCall('minimal', settings);
    const filled = jetFields.map(({ name }) => name).filter((name) => call[name] !== undefined);
    // The time of receipt replaces the missing start.
    expect(filled).toEqual(['call_session_id', 'started_at']);
    expect(call.started_at_estimated).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { pauseFor } from '../api/pause.ts';
import { LostReply, withoutNumbers } from '../../../src/crm/index.ts';
import { readErrorDetails, Refusal } from '../api/refusal.ts';
import { AdapterMisconfigured, DestinationUnavailable } from '../../../src/contract/index.ts';

const refusal = (status: number, body: unknown = {}, retryAfterMs?: number): Refusal =>
  new Refusal(status, body, retryAfterMs);

describe('what an error means for HubSpot as a whole', () => {
  it.each([
    [429, { policyName: 'SECONDLY' }, 1_000],
    [429, { policyName: 'TEN_SECONDLY_ROLLING' }, 10_000],
    [429, { policyName: 'DAILY' }, 3_600_000],
    [429, {}, 10_000],
    [423, {}, 2_000],
    [477, {}, 3_600_000],
    [522, {}, 30_000],
    [500, {}, undefined],
    [502, 'a page', undefined],
    [524, undefined, undefined],
  ])('the answer %i with %o causes a pause of %s ms', (status, body, retryAfterMs) => {
    const pause = pauseFor(refusal(status, body));
    expect(pause).toBeInstanceOf(DestinationUnavailable);
    expect(pause).toMatchObject({ retryAfterMs });
  });

  it('an answer that names a time causes a pause of that time', () => {
    expect(pauseFor(refusal(429, { policyName: 'DAILY' }, 5_000))).toMatchObject({ retryAfterMs: 5_000 });
  });

  it.each([401, 403])('the answer %i means that the destination is misconfigured', (status) => {
    const pause = pauseFor(refusal(status));
    expect(pause).toBeInstanceOf(AdapterMisconfigured);
    expect((pause as AdapterMisconfigured).remedy).not.toBe('');
  });

  it('a missing answer means that HubSpot is unreachable', () => {
    expect(pauseFor(new LostReply('it took longer than 10 s', { isSent: true }))).toBeInstanceOf(
      DestinationUnavailable,
    );
  });

  it.each([400, 404, 405, 410])(
    'the answer %i at a path that must exist means that the destination is misconfigured',
    (status) => {
      const meaning = pauseFor(refusal(status, { message: 'resource not found' }));
      expect(meaning).toBeInstanceOf(AdapterMisconfigured);
      expect(meaning).toMatchObject({ message: `HubSpot answered ${status}: resource not found` });
    },
  );

  it('a bug in the adapter causes no pause', () => {
    expect(pauseFor(new TypeError('x'))).toBeUndefined();
  });
});

describe('the text of a HubSpot error', () => {
  it('the text of a HubSpot error holds no phone number', () => {
    const body = { message: 'The value "+61 412 345 678" and (02) 5550-1234 and 61412345678 are no good' };
    expect(refusal(400, body).message).toBe('HubSpot answered 400: The value "…" and (… and … are no good');
    expect(withoutNumbers('status 400 on row 12')).toBe('status 400 on row 12');
  });

  it('the text of a HubSpot error is read from every format', () => {
    for (const body of [undefined, null, 'a page', [], 7, { message: 7, context: 'none', category: null }])
      expect(readErrorDetails(body)).toMatchObject({ message: '', about: [] });
  });
});

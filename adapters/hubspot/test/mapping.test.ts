import { describe, expect, it } from 'vitest';
import { mapCall, usualChoices, type CallChoices } from '../mapping.ts';
import type { Call } from '../../../src/contract/index.ts';
import { deliveryOf } from '../../../test/adapter-kit/kit-deliveries.ts';

const map = (given: Partial<Call>, isOver?: boolean, choices: CallChoices = usualChoices) =>
  mapCall({ ...deliveryOf('answered', given), ...(isOver !== undefined && { isOver }) }, [], choices);

describe('a call in HubSpot', () => {
  it('a call has its duration in milliseconds', () => {
    expect(map({ duration_seconds: 61 }).hs_call_duration).toBe('61000');
  });

  it('a call shows typed text as text, never as HTML', () => {
    const body = map({ campaign: `<img src=x onerror="alert('1')">&` }).hs_call_body;
    expect(body).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
    expect(body).not.toContain('<img');
  });

  it('a call holds no more text than HubSpot accepts, cut between lines', () => {
    const long = 'x'.repeat(100_000);
    const body = map({ campaign: long, keywords: long, referrer_url: long, gclid: long }).hs_call_body ?? '';
    expect(body.length).toBeLessThanOrEqual(65_000);
    expect(body.endsWith('</p>')).toBe(true);
    expect(map({ service_name: long }).hs_call_title?.length).toBeLessThanOrEqual(255);
  });

  it.each([
    [{ status: 'in_progress', stage: 'call_start' }, 'RINGING'],
    [{ status: 'in_progress', stage: 'call_answered' }, 'IN_PROGRESS'],
    [{ status: 'answered', stage: 'call_answered' }, 'IN_PROGRESS'],
    [{ status: 'answered' }, 'COMPLETED'],
    [{ status: 'missed' }, 'NO_ANSWER'],
    [{ status: 'abandoned' }, 'CANCELED'],
    [{ status: 'busy' }, 'BUSY'],
    [{ status: 'failed' }, 'FAILED'],
    [{ status: 'unknown' }, undefined],
  ] as const)('a call that is %o has the status %s', (given, status) => {
    expect(map(given).hs_call_status).toBe(status);
  });

  it('a call has no status when its end never came', () => {
    expect(map({ status: 'in_progress', stage: 'call_start' }, true)).not.toHaveProperty('hs_call_status');
  });

  it('an inbound call is MISSED if the portal offers that status, and an outbound call never is', () => {
    const choices = { ...usualChoices, statuses: new Set([...usualChoices.statuses, 'MISSED']) };
    expect(map({ status: 'missed' }, undefined, choices).hs_call_status).toBe('MISSED');
    expect(map({ status: 'missed', direction: 'outbound' }, undefined, choices).hs_call_status).toBe(
      'NO_ANSWER',
    );
  });

  it('a call has a disposition of the portal, found by id or by label, or none', () => {
    const of = (dispositions: [string, string][]) =>
      map({ status: 'busy' }, undefined, { ...usualChoices, dispositions: new Map(dispositions) })
        .hs_call_disposition;
    expect(of([['line was busy', '9d9162e7-6cf3-4944-bf63-4dff82258764']])).toBe(
      '9d9162e7-6cf3-4944-bf63-4dff82258764',
    );
    expect(of([['busy', 'a-new-one']])).toBe('a-new-one');
    expect(of([['connected', 'x']])).toBeUndefined();
  });

  it('a call shows no withheld number', () => {
    expect(mapCall(deliveryOf('withheld'), [])).not.toHaveProperty('hs_call_from_number');
  });

  it('a call holds mapped fields, with times in ISO form', () => {
    const mappings = [
      { ours: 'started_at', theirs: 'jet_started' },
      { ours: 'withheld', theirs: 'jet_withheld' },
      { ours: 'duration_seconds', theirs: 'jet_seconds' },
      { ours: 'gclid', theirs: 'jet_gclid' },
    ] as const;
    expect(mapCall(deliveryOf('answered'), mappings)).toMatchObject({
      jet_started: '2026-11-22T01:00:00.000Z',
      jet_withheld: 'false',
      jet_seconds: '192',
    });
    expect(mapCall(deliveryOf('answered'), mappings)).not.toHaveProperty('jet_gclid');
  });
});

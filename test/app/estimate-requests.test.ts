import { describe, expect, it } from 'vitest';
import { hubspot } from '../../adapters/hubspot/index.ts';
import { salesforce } from '../../adapters/salesforce/index.ts';
import { sql } from '../../adapters/sql/index.ts';
import { estimateRequests } from '../../src/app/replay/estimate-requests.ts';

const adapters = [sql, salesforce, hubspot];
const estimate = (name: string, deliveries: number): number | undefined =>
  estimateRequests(adapters, { adapters: new Map() }, name, deliveries);

describe('the estimate of requests', () => {
  it.each([
    ['hubspot', 1, 3],
    ['hubspot', 1_000, 42],
    ['salesforce', 1_000, 30],
    ['salesforce', 0, 0],
  ])('the estimate of requests to %s for %d deliveries is %d', (name, deliveries, requests) => {
    expect(estimate(name, deliveries)).toBe(requests);
  });

  it('there is no estimate of requests for a destination that counts none or does not exist', () => {
    expect(estimate('sql', 1_000)).toBeUndefined();
    expect(estimate('moon', 1_000)).toBeUndefined();
  });
});

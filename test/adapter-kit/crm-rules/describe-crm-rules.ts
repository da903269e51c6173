import { describe } from 'vitest';
import type { CrmHarness } from './crm-harness.ts';
import { describeLanding } from './landing-rules.ts';
import { describePeople } from './people-rules.ts';
import { describePeoplesWork } from './peoples-work-rules.ts';

/** The rules that the engine keeps for every CRM, each stated once. An adapter for a CRM runs them at its stand-in. */
export function describeCrmRules(harness: CrmHarness): void {
  describe(`the rules of CRMs at ${harness.title}`, () => {
    describePeoplesWork(harness);
    describePeople(harness);
    describeLanding(harness);
  });
}

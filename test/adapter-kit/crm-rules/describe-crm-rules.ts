import { describe } from 'vitest';
import type { CrmHarness } from './crm-harness.ts';
import { describeLanding } from './landing-rules.ts';
import { describePeople } from './people-rules.ts';
import { describePeoplesWork } from './peoples-work-rules.ts';

/** The rules that the engine follows for every CRM, each stated once. A CRM adapter runs them against its stand-in. */
export function describeCrmRules(harness: CrmHarness): void {
  describe(`the rules for CRMs, at ${harness.title}`, () => {
    describePeoplesWork(harness);
    describePeople(harness);
    describeLanding(harness);
  });
}

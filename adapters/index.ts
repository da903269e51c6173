import type { AdapterDefinition } from '#contract';
import { hubspot } from './hubspot/index.ts';
import { salesforce } from './salesforce/index.ts';
import { sql } from './sql/index.ts';

/** The one list of adapters. `ADAPTERS` names those that are enabled. */
export const adapters: readonly AdapterDefinition[] = [sql, salesforce, hubspot];

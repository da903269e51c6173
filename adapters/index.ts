import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import type { AdapterDefinition } from '#contract';
import { hubspot } from './hubspot/index.ts';
import { salesforce } from './salesforce/index.ts';
import { sql } from './sql/index.ts';

/** The adapters that come with the kit. */
export const kitAdapters: readonly AdapterDefinition[] = [sql, salesforce, hubspot];

/** The adapters of the kit and of this fork. `ADAPTERS` names those that are enabled. */
export const adapters: readonly AdapterDefinition[] = [...kitAdapters, ...(await readLocalAdapters())];

/** A fork lists its own adapters in `local.ts`, which git ignores: so an update of the kit meets no conflict. */
async function readLocalAdapters(): Promise<readonly AdapterDefinition[]> {
  if (!existsSync(new URL(`local${extname(import.meta.url)}`, import.meta.url))) return [];
  const localList: string = './local.ts';
  const { localAdapters } = (await import(/* @vite-ignore */ localList)) as {
    localAdapters: readonly AdapterDefinition[];
  };
  return localAdapters;
}

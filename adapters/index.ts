import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import type { AdapterDefinition } from '#contract';
import { hubspot } from './hubspot/index.ts';
import { salesforce } from './salesforce/index.ts';
import { sql } from './sql/index.ts';

/** The adapters that come with the kit. */
export const kitAdapters: readonly AdapterDefinition[] = [sql, salesforce, hubspot];

const listed: AdapterDefinition[] = [...kitAdapters];

/**
 * The adapters of the kit and, after {@link loadLocalAdapters}, of this fork. `ADAPTERS` names those that are enabled.
 */
export const adapters: readonly AdapterDefinition[] = listed;

/**
 * Adds the adapters of this fork. Each program calls it once, when it starts. A fork lists its own adapters in
 * `local.ts`. Git ignores this file, so that an update of the kit causes no conflict. A top-level await would be
 * shorter. But `require` cannot load a module with a top-level await, and src/main.ts needs `require` when few files
 * can be open.
 */
export async function loadLocalAdapters(): Promise<void> {
  if (!existsSync(new URL(`local${extname(import.meta.url)}`, import.meta.url))) return;
  const localList: string = './local.ts';
  const { localAdapters } = (await import(/* @vite-ignore */ localList)) as {
    localAdapters: readonly AdapterDefinition[];
  };
  listed.push(...localAdapters.filter((adapter) => !listed.includes(adapter)));
}

import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { coreSchema, coreSecrets } from '../../config/core-schema.ts';
import type { ConfigurableAdapter } from '../../config/read-settings.ts';
import { nearestWord } from '../../domain/shown/nearest-word.ts';

/** A name in the file of settings that no setting has, and the setting that was probably meant. */
export interface UnknownName {
  readonly name: string;
  readonly meant: string | undefined;
}

// Variables that Node, npm, proxies and the simulation read.
const others =
  /^(?:NODE_|npm_|UV_|SSL_|LC_|JET_CLIENT_|TEST_)|^(?:TZ|PATH|HOME|LANG|JET_HEADER|https?_proxy|no_proxy)$/i;

/** Finds names in `.env` that no setting has: a misspelt name would otherwise be ignored without a word. */
export function findUnknownNames(file: string, adapters: readonly ConfigurableAdapter[]): UnknownName[] {
  if (!existsSync(file)) return [];
  const known = knownNames(adapters);
  return Object.keys(parseEnv(readFileSync(file, 'utf8')))
    .filter((name) => !known.includes(name) && !others.test(name))
    .map((name) => ({ name, meant: nearest(name, known) }));
}

function knownNames(adapters: readonly ConfigurableAdapter[]): string[] {
  const secrets = [...coreSecrets, ...adapters.flatMap((adapter) => adapter.secrets)];
  return [
    ...Object.keys(coreSchema.shape),
    ...adapters.flatMap(({ configSchema }) => Object.keys(configSchema.shape)),
    ...secrets.map((name) => `${name}_FILE`),
  ];
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const fold = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return nearestWord(name, known, { fold, changesMax: Math.max(2, Math.floor(name.length / 4)) });
}

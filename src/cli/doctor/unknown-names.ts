import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { coreSchema, coreSecrets } from '../../config/core-schema.ts';
import type { ConfigurableAdapter } from '../../config/read-settings.ts';

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
  const mostChanges = Math.max(2, Math.floor(name.length / 4));
  const [best] = known
    .map((candidate) => ({ candidate, changes: distance(fold(name), fold(candidate)) }))
    .filter(({ changes }) => changes <= mostChanges)
    .sort((a, b) => a.changes - b.changes);
  return best?.candidate;
}

/** The Levenshtein distance: how many letters must be inserted, removed or replaced. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_none, index) => index);
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let other = 1; other <= to.length; other += 1) {
      const isSame = from[at - 1] === to[other - 1];
      const replaced = (row[other - 1] ?? 0) + (isSame ? 0 : 1);
      next.push(Math.min(replaced, (row[other] ?? 0) + 1, (next[other - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

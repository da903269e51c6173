import type { Database } from '../../database/database.ts';
import type { PushWarning } from '../../domain/push.ts';

const pushesMax = 2_000;
// Matches a word, but no number and no text that somebody wrote into the field.
const wordLike = /^(?=.*\p{L})[\p{L}\d _.-]{1,30}$/u;

/** The status words among the latest pushes that were unknown when they came, with their counts. The most frequent comes first. */
export async function readUnknownStatusWords({ knex }: Database): Promise<{ word: string; times: number }[]> {
  const rows = await knex('pushes')
    .orderBy('id', 'desc')
    .limit(pushesMax)
    .select<{ parsed: string }[]>('parsed');
  const counts = new Map<string, number>();
  for (const { parsed } of rows) {
    if (!parsed.includes('unknown_status')) continue;
    const { warnings } = JSON.parse(parsed) as { warnings: readonly PushWarning[] };
    for (const { code, received } of warnings) {
      if (code !== 'unknown_status' || !wordLike.test(received) || /\d{5}/.test(received)) continue;
      counts.set(received, (counts.get(received) ?? 0) + 1);
    }
  }
  return [...counts].map(([word, times]) => ({ word, times })).sort((a, b) => b.times - a.times);
}

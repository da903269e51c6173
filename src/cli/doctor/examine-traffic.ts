import type { CoreSettings } from '../../config/core-schema.ts';
import type { Finding } from '../../contract/adapter.ts';
import type { Database } from '../../database/database.ts';
import { openDatabase } from '../../database/open-database.ts';
import { counted } from '../../domain/shown/counted.ts';
import { timeAgo } from '../../domain/shown/time-ago.ts';
import { statusOfWord } from '../../domain/call-status.ts';
import { refusalReason } from '../../web/refusal-reasons.ts';
import { readLastPushMs } from '../../store/backlog.ts';
import { readLastLanding } from '../../store/lookup/last-landing.ts';
import { readRefused, type RefusedRequests } from '../../store/lookup/refused-requests.ts';
import { readUnknownStatusWords } from '../../store/lookup/unknown-status-words.ts';
import { countQuarantined } from '../../store/quarantine.ts';

const hourMs = 3_600_000;
const codesMax = 5;

/** Findings about what came in and where it landed: the last push, the last landing, and what was refused. */
export async function examineTraffic(core: CoreSettings, nowMs: number): Promise<Finding[]> {
  const database = openDatabase(core.DATABASE_URL, 'inspect');
  try {
    return [
      describeLastPush(await readLastPushMs({ reader: database }), nowMs),
      ...describeLastLanding(await readLastLanding(database), nowMs),
      ...describeRefused(await readRefused(database, { sinceMs: nowMs - hourMs })),
      ...describeQuarantine(await countQuarantined(database)),
      ...(await findUnknownWords(database, core)),
    ];
  } catch (error) {
    return [{ level: 'warning', message: `The traffic could not be examined: ${(error as Error).message}` }];
  } finally {
    await database.close();
  }
}

function describeLastPush(lastMs: number | undefined, nowMs: number): Finding {
  return lastMs === undefined
    ? { level: 'ok', message: 'No push has come yet.' }
    : { level: 'ok', message: `The last push came ${timeAgo(lastMs, nowMs)}.` };
}

function describeLastLanding(
  landing: { destination: string; atMs: number } | undefined,
  nowMs: number,
): Finding[] {
  if (landing === undefined) return [];
  return [
    {
      level: 'ok',
      message: `The last call landed ${timeAgo(landing.atMs, nowMs)}, at ${landing.destination}.`,
    },
  ];
}

/** One sentence for each code, the most frequent first. */
export function describeRefused(refused: readonly RefusedRequests[]): Finding[] {
  const byCode = new Map<string, RefusedRequests[]>();
  for (const one of refused) byCode.set(one.code, [...(byCode.get(one.code) ?? []), one]);
  const timesOf = (group: readonly RefusedRequests[]): number =>
    group.reduce((sum, { times }) => sum + times, 0);
  return [...byCode]
    .sort(([, a], [, b]) => timesOf(b) - timesOf(a))
    .slice(0, codesMax)
    .map(([code, group]): Finding => {
      const { because, remedy } = refusalReason(code);
      const times = timesOf(group);
      const subject = `${counted(times, 'request was', 'requests were')} refused in the last hour`;
      return {
        level: 'warning',
        message: `${subject} (${placesOf(group)}), because ${because} (${code}).`,
        remedy,
      };
    });
}

function placesOf(group: readonly RefusedRequests[]): string {
  const paths = [...new Set(group.map(({ method, path }) => `${method} ${path}`))];
  const addresses = [...new Set(group.map(({ address }) => address))];
  const from = addresses.length === 1 ? (addresses[0] ?? '') : `${addresses.length} addresses`;
  return `${paths.length === 1 ? (paths[0] ?? '') : `${paths.length} paths`} from ${from}`;
}

function describeQuarantine(bodies: number): Finding[] {
  if (bodies === 0) return [];
  return [
    {
      level: 'warning',
      message: `${counted(bodies, 'refused body is', 'refused bodies are')} in the quarantine.`,
      remedy: 'To see what can be read today: npm run replay -- quarantine --dry-run',
    },
  ];
}

async function findUnknownWords(database: Database, core: CoreSettings): Promise<Finding[]> {
  const words = await readUnknownStatusWords(database);
  const unknown = words.filter(({ word }) => statusOfWord(word, core.JET_STATUS_MAP) === undefined);
  if (unknown.length === 0) return [];
  const shown = unknown.slice(0, codesMax).map(({ word, times }) => `${word} (${counted(times, 'time')})`);
  const [first] = unknown;
  return [
    {
      level: 'warning',
      message: `Jet sent status words that no table knows: ${shown.join(', ')}.`,
      remedy: `Name them in JET_STATUS_MAP, for example ${first?.word ?? ''}=missed, restart, and run: npm run replay -- --all`,
    },
  ];
}

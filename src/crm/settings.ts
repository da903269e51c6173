import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { callStatuses, type CallStatus } from '../domain/call-status.ts';
import { parseDurationMs } from '../domain/duration-text.ts';
import { matchPolicies } from './choose-match.ts';
import { parseFieldMap, type FieldMapping } from './field-map.ts';
import { parseOwnerTable, type OwnerTable } from './owner-table.ts';
import { unmatchedPolicies } from './unmatched.ts';

type Context = z.RefinementCtx<string>;

/** Refuses a setting. @param message continues after the name of the setting */
export function refuseSetting(context: Context, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

/** A duration in milliseconds. */
export function durationSetting() {
  return z
    .string()
    .transform(
      (text, context) =>
        parseDurationMs(text) ?? refuseSetting(context, 'must be a duration such as 30s or 2m'),
    );
}

/** What to do when several people have the number. */
export function severalSetting() {
  return z.enum(matchPolicies, `must be one of ${matchPolicies.join(', ')}`).default('latest');
}

/** What to do when nobody has the number. */
export function unmatchedSetting() {
  return z.enum(unmatchedPolicies, `must be one of ${unmatchedPolicies.join(', ')}`).default('log');
}

/** The statuses of calls for which a person is made. */
export function createStatusesSetting() {
  return z
    .string()
    .transform((text, context): CallStatus[] => {
      const names = text.split(',').map((name) => name.trim());
      const known = callStatuses.filter((status) => names.includes(status));
      return known.length === new Set(names).size
        ? known
        : refuseSetting(context, `must be a list of ${callStatuses.join(', ')}`);
    })
    .default(['answered', 'missed', 'abandoned']);
}

/** The owner for each extension or answering point. */
export function ownersSetting() {
  return z
    .string()
    .transform(
      (text, context): OwnerTable =>
        parseOwnerTable(text) ??
        refuseSetting(
          context,
          'must be a list such as 202=jane@example.com, each extension or answering point once',
        ),
    )
    .default(new Map());
}

/**
 * A setting that names a JSON file. The file maps our fields to the destination's fields. Absent: there are no
 * mappings.
 */
export function fieldMapSetting() {
  return z.string().transform(readFieldMap).default([]);
}

function readFieldMap(path: string, context: Context): readonly FieldMapping[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refuseSetting(
      context,
      `names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    );
  }
  const read = parseFieldMap(text);
  return 'fault' in read ? refuseSetting(context, read.fault) : read.mappings;
}

import { readFileSync } from 'node:fs';
import type { Log } from '../domain/log.ts';

/** Under this many file descriptors a busy receiver can run out of them. */
export const descriptorsEnough = 1_024;

/** The most file descriptors that this process can have open. Undefined where there is no `/proc`, such as macOS. */
export function readDescriptorLimit(): number | undefined {
  try {
    return parseDescriptorLimit(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return undefined;
  }
}

/** The soft limit in what Linux shows as `/proc/self/limits`; infinite for "unlimited". */
export function parseDescriptorLimit(limits: string): number | undefined {
  const text = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (text === undefined) return undefined;
  return text === 'unlimited' ? Infinity : Number(text);
}

/** The limit of file descriptors; `descriptorsEnough` where it cannot be read. Logs a warning when it is low. */
export function findDescriptorLimit(log: Log): number {
  const limit = readDescriptorLimit() ?? descriptorsEnough;
  if (limit < descriptorsEnough)
    log.warn(
      {
        limit,
        remedy: `Raise it to ${descriptorsEnough} or more: LimitNOFILE= in the systemd unit, or ulimit -n`,
      },
      'The limit of open files is low; pushes over its share of connections are answered 503',
    );
  return limit;
}

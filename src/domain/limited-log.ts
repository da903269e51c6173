import type { Log } from './log.ts';

/** A log for lines that strangers can cause. */
export interface LimitedLog extends Log {
  /** Logs at once what was counted and not yet logged. For the end of the process. */
  flush(): void;
}

type Level = keyof Log;

// Messages and reasons are constants of the code. Should one hold text from outside, memory stays bounded.
const kindsMax = 100;

interface Repeated {
  level: Level;
  fields: object;
  message: string;
  count: number;
}

/**
 * Limits a log to one line a second of each kind. A kind is a message, with the `reason` among its fields if there is
 * one. The first of a kind is logged at once. The others are counted, and logged as one line at the end of the second:
 * with the fields of the latest, and with `count`, the number of events that the line stands for.
 */
export function limitLog(log: Log, everyMs = 1_000): LimitedLog {
  const kinds = new Map<string, { readonly timer: NodeJS.Timeout; repeated: Repeated | undefined }>();

  const kindOf = (fields: { reason?: unknown }, message: string): string => {
    const kind = typeof fields.reason === 'string' ? `${message}: ${fields.reason}` : message;
    return kinds.has(kind) || kinds.size < kindsMax ? kind : message;
  };

  const logRepeated = (kind: string): boolean => {
    const state = kinds.get(kind);
    if (state?.repeated === undefined) return false;
    const { level, fields, message, count } = state.repeated;
    state.repeated = undefined;
    log[level]({ ...fields, count }, message);
    return true;
  };

  const endSecond = (kind: string): void => {
    if (logRepeated(kind)) kinds.get(kind)?.timer.refresh();
    else kinds.delete(kind);
  };

  const at =
    (level: Level) =>
    (fields: object, message: string): void => {
      const kind = kindOf(fields, message);
      const state = kinds.get(kind);
      if (state !== undefined) {
        state.repeated = { level, fields, message, count: (state.repeated?.count ?? 0) + 1 };
        return;
      }
      const timer = setTimeout(endSecond, everyMs, kind);
      timer.unref();
      kinds.set(kind, { timer, repeated: undefined });
      log[level](fields, message);
    };

  return {
    ...{ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    flush() {
      for (const [kind, { timer }] of kinds) {
        clearTimeout(timer);
        logRepeated(kind);
      }
      kinds.clear();
    },
  };
}

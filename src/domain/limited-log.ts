import type { Log } from './log.ts';

/** A log for events that anybody on the network can cause, and so could flood. */
export interface LimitedLog extends Log {
  /** Logs all counted events now. For the end of the process. */
  flush(): void;
}

type Level = keyof Log;

// Messages and reasons are constants in the code. This limit bounds memory even if one contains text from outside.
const kindsMax = 100;

interface Repeated {
  level: Level;
  fields: object;
  message: string;
  count: number;
}

/**
 * Limits a log to one line per second of each kind. A kind is a message together with its `reason` field, if it has
 * one. The first event of a kind is logged immediately. Later events are counted, and one line at the end of the second
 * reports them. That line has the fields of the latest event, and `count` with the number of events.
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

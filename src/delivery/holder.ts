import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** Identifies a process, so that another process on the same host can check whether it still runs. */
export interface HolderProcess {
  /** Identifies one boot of one host and one pid namespace. Only within them do equal pids mean the same process. */
  readonly host: string;
  readonly pid: number;
  /** Clock ticks since the boot. A later process with the same pid has another value. */
  readonly startTime: string;
}

/** What the system reports for a pid: the start time of its process, that it has ended, or nothing reliable. */
export type PidState = { readonly startTime: string } | 'ended' | 'unknown';

/** The name of a lease's holder, and a check of other holders. */
export interface HolderIdentity {
  /** Names this holder among all that share the store. At most 64 characters. */
  readonly holder: string;
  /** True when that holder's process has certainly ended. False when it runs or when this process cannot know. */
  readonly hasEnded: (holder: string) => boolean;
}

const namePattern = /^([\w-]{22})\.(\d{1,10})\.(\d{1,19})\.[\w-]+$/;

/** Identifies this process as a holder. Without `/proc`, no process can be checked, neither this one nor another. */
export function identifyHolder(): HolderIdentity {
  const self = describeSelf();
  return {
    holder: holderName(self),
    hasEnded: (holder) => self !== undefined && hasProvablyEnded(holder, self.host, pidState),
  };
}

/** The name of a new holder. Two holders in one process get different names. */
export function holderName(process: HolderProcess | undefined): string {
  if (process === undefined) return randomBytes(16).toString('hex');
  const { host, pid, startTime } = process;
  return `${host}.${pid}.${startTime}.${randomBytes(6).toString('base64url')}`;
}

/**
 * True when the process belongs to this host and boot, and its pid is free or was reused by a later process.
 * Why: docs/decisions/leases.md
 */
export function hasProvablyEnded(holder: string, host: string, stateOf: (pid: number) => PidState): boolean {
  const [, itsHost, pid, startTime] = namePattern.exec(holder) ?? [];
  if (itsHost !== host) return false;
  const state = stateOf(Number(pid));
  if (state === 'unknown') return false;
  return state === 'ended' || state.startTime !== startTime;
}

/** Describes this process. Undefined where the system reports too little, as on macOS. */
export function describeSelf(): HolderProcess | undefined {
  try {
    // A `/proc` that was mounted from another pid namespace shows other processes under our pids.
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined;
    const state = pidState(process.pid);
    if (typeof state === 'string') return undefined;
    const parts = [
      readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      // Containers on one host share its boot, and each has a pid 1.
      readlinkSync('/proc/self/ns/pid'),
      // `/proc` shows start times in the reader's time namespace.
      readOptional(() => readlinkSync('/proc/self/ns/time')),
      // Copies of a running virtual machine share their boot id.
      readOptional(() => readFileSync('/etc/machine-id', 'utf8').trim()),
      readOptional(() => readFileSync('/proc/sys/kernel/hostname', 'utf8').trim()),
    ];
    const host = createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 22);
    return { host, pid: process.pid, startTime: state.startTime };
  } catch {
    return undefined;
  }
}

/** The state of a pid, from `/proc` and from a signal that does nothing. */
export function pidState(pid: number): PidState {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // `/proc` may hide other users' processes. The signal still shows whether they run.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'ended';
  }
  const stat = readOptional(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The program's name precedes the field and can hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined || !/^\d+$/.test(startTime)) return 'unknown';
  return state === 'Z' || state === 'X' ? 'ended' : { startTime };
}

function readOptional(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** A process, so that another one on the same host can tell whether it still runs. */
export interface HolderProcess {
  /** Stands for one boot of one host and one pid namespace: only there do equal pids mean the same process. */
  readonly host: string;
  readonly pid: number;
  /** Clock ticks since the boot. A later process with the same pid has another. */
  readonly startTime: string;
}

/** What the system says of a pid: when its process started, or that there is none, or nothing that can be relied on. */
export type PidState = { readonly startTime: string } | 'ended' | 'unknown';

/** How the holder of a lease is named, and how others are judged. */
export interface HolderIdentity {
  /** Names this holder among all that share the store; at most 64 characters. */
  readonly holder: string;
  /** True when that holder's process has ended for certain. False when it runs, or when nobody here can know. */
  hasEnded(holder: string): boolean;
}

const namePattern = /^([\w-]{22})\.(\d{1,10})\.(\d{1,19})\.[\w-]+$/;

/** A new holder in this process. Where the system has no `/proc`, it can neither be judged nor judge others. */
export function identifyHolder(): HolderIdentity {
  const self = describeSelf();
  return {
    holder: holderName(self),
    hasEnded: (holder) => self !== undefined && hasProvablyEnded(holder, self.host, pidState),
  };
}

/** The name of a new holder; two in one process get different ones. */
export function holderName(process: HolderProcess | undefined): string {
  if (process === undefined) return randomBytes(16).toString('hex');
  const { host, pid, startTime } = process;
  return `${host}.${pid}.${startTime}.${randomBytes(6).toString('base64url')}`;
}

/**
 * True when the named process belongs to this host and boot, and its pid is free or belongs to a process that started
 * at another time.
 * Why: docs/decisions/leases.md
 */
export function hasProvablyEnded(holder: string, host: string, stateOf: (pid: number) => PidState): boolean {
  const [, itsHost, pid, startTime] = namePattern.exec(holder) ?? [];
  if (itsHost !== host) return false;
  const state = stateOf(Number(pid));
  if (state === 'unknown') return false;
  return state === 'ended' || state.startTime !== startTime;
}

/** This process; undefined where the system does not tell enough of it, such as macOS. */
export function describeSelf(): HolderProcess | undefined {
  try {
    // Mounted from another pid namespace, it would show other processes under our pids.
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined;
    const state = pidState(process.pid);
    if (typeof state === 'string') return undefined;
    const parts = [
      readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      // Containers of one host share its boot, and each has a pid 1.
      readlinkSync('/proc/self/ns/pid'),
      // Start times are shown as the reader's time namespace counts them.
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

/** What `/proc` and a signal that does nothing say of a pid. */
export function pidState(pid: number): PidState {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Of other users' processes `/proc` may show nothing, while a signal still tells them from ended ones.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'ended';
  }
  const stat = readOptional(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The name of the program comes before, and may hold spaces and brackets.
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

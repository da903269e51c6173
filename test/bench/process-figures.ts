import { readFileSync } from 'node:fs';

/** The resources that a process has used so far. Undefined when the system does not report them. */
export interface ProcessFigures {
  readonly residentMb: number | undefined;
  readonly peakResidentMb: number | undefined;
  readonly cpuMs: number | undefined;
}

// Linux counts processor time in ticks of this length on every platform that Node supports.
const tickMs = 10;

export function readProcessFigures(pid: number): ProcessFigures {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    // The second field, the program's name, can hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return {
      residentMb: kilobytes(status, 'VmRSS') / 1024,
      peakResidentMb: kilobytes(status, 'VmHWM') / 1024,
      cpuMs: (Number(stat[11]) + Number(stat[12])) * tickMs,
    };
  } catch {
    return { residentMb: undefined, peakResidentMb: undefined, cpuMs: undefined };
  }
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN);
}

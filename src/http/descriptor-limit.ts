import { readFileSync } from 'node:fs';

/** With fewer file descriptors a busy receiver can run out of them. */
export const descriptorsEnough = 1_024;

/** With fewer, modules must be loaded one after the other: importing them opens about 160 files at once. */
export const descriptorsToImport = 256;

/** With fewer, a receiver cannot open its databases and serve connections. */
export const descriptorsToRun = 64;

/** The limit of open file descriptors for this process. Undefined where there is no `/proc`, such as on macOS. */
export function readDescriptorLimit(): number | undefined {
  try {
    return parseDescriptorLimit(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return undefined;
  }
}

/** Reads the soft limit from the text of `/proc/self/limits`. "unlimited" becomes infinity. */
export function parseDescriptorLimit(limits: string): number | undefined {
  const text = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (text === undefined) return undefined;
  return text === 'unlimited' ? Infinity : Number(text);
}

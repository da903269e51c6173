import { readFileSync } from 'node:fs';

/** Under this many file descriptors a busy receiver can run out of them. */
export const descriptorsEnough = 1_024;

/** Under this many, modules must be loaded one after the other. Importing them opens about 160 files at once. */
export const descriptorsToImport = 256;

/** Under this many, a receiver cannot open its databases and serve connections. */
export const descriptorsToRun = 64;

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

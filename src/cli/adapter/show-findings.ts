import type { Finding } from '../../contract/adapter.ts';
import { print } from '../print.ts';

/** Prints findings, each with its remedy. Returns the number of faults. */
export function showFindings(subject: string, findings: readonly Finding[]): number {
  for (const { level, message, remedy } of findings) {
    print(`${level.padEnd(8)}${subject}: ${message}`);
    if (level !== 'ok' && remedy !== undefined) print(`        ${remedy}`);
  }
  return findings.filter((finding) => finding.level === 'fault').length;
}

import type { Finding } from '../contract/adapter.ts';

/** Prints findings, each with its remedy. Answers how many are faults. */
export function showFindings(subject: string, findings: readonly Finding[]): number {
  for (const { level, message, remedy } of findings) {
    process.stdout.write(`${level.padEnd(8)}${subject}: ${message}\n`);
    if (level !== 'ok' && remedy !== undefined) process.stdout.write(`        ${remedy}\n`);
  }
  return findings.filter((finding) => finding.level === 'fault').length;
}

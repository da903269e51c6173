import { problemCodes } from '../../web/problem.ts';
import type { QuarantineFilter } from '../../store/quarantine.ts';

/** The codes under which bodies are in the quarantine. */
export const quarantineCodes: readonly string[] = [
  ...Object.keys(problemCodes).filter((code) =>
    [400, 404, 405, 413, 415, 422].includes(problemCodes[code as keyof typeof problemCodes].status),
  ),
  'call_removed',
  'call_full',
];

const idForm = /^[0-9a-z]{1,32}$/;

/** Reads the filter from a query or a form: `code`, `id` and `until` (epoch milliseconds). Faults are sentences. */
export function readQuarantineFilter(text: (name: string) => string): {
  filter: QuarantineFilter;
  faults: string[];
} {
  const [code, id, until] = [text('code'), text('id'), text('until')];
  const faults: string[] = [];
  if (code !== '' && !quarantineCodes.includes(code))
    faults.push(`There is no code "${code.slice(0, 100)}", so no body has it.`);
  if (id !== '' && !idForm.test(id)) faults.push('The id of a body has only small letters and digits.');
  if (until !== '' && !/^\d{1,15}$/.test(until)) faults.push('The time of the preview cannot be read.');
  return {
    faults,
    filter: {
      code: code || undefined,
      id: id || undefined,
      untilMs: until === '' || faults.length > 0 ? undefined : Number(until),
    },
  };
}

import { readBatch, type BatchAnswer } from './answers.ts';
import { Refusal, type ErrorDetails } from './refusal.ts';

// Finding one missing record among a hundred takes about fourteen reads.
const readsMax = 30;

/**
 * Reads records that may not exist. HubSpot can refuse the whole read with a 404. The records that the error names do
 * not exist, and neither does a record that was requested alone. When the error names none, the records are read in
 * halves. After too many reads, the remaining records get an error that does not say whether they exist. Any other 404
 * is about the address and is thrown.
 * @param read sends one request
 * @throws the error of `read`
 */
export async function readRecords(
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<unknown>,
): Promise<BatchAnswer> {
  let reads = 0;
  const readSome = async (some: readonly string[]): Promise<BatchAnswer> => {
    if (some.length === 0) return { records: [], errors: [] };
    if (reads >= readsMax) return { records: [], errors: [notRead(some)] };
    reads += 1;
    try {
      return readBatch(await read(some));
    } catch (error) {
      if (!isNotThere(error)) throw error;
      const { details } = error;
      const missing = some.length === 1 ? some : some.filter((id) => details.about.includes(id));
      if (missing.length > 0) {
        const others = await readSome(some.filter((id) => !missing.includes(id)));
        return { ...others, errors: [...others.errors, { ...details, about: missing }] };
      }
      const half = Math.ceil(some.length / 2);
      const left = await readSome(some.slice(0, half));
      const right = await readSome(some.slice(half));
      return { records: [...left.records, ...right.records], errors: [...left.errors, ...right.errors] };
    }
  };
  return readSome(ids);
}

function isNotThere(error: unknown): error is Refusal {
  return error instanceof Refusal && error.status === 404 && error.details.category === 'OBJECT_NOT_FOUND';
}

function notRead(about: readonly string[]): ErrorDetails {
  const message = 'The record was not read: HubSpot did not say which of the requested records are missing.';
  return { message, category: 'NOT_READ', policyName: '', about, text: '', faults: [] };
}

import { readBatch, type BatchAnswer } from './answers.ts';
import { Refusal, type ErrorDetails } from './refusal.ts';

// Of a hundred records one that is missing is found by some fourteen reads.
const readsMax = 30;

/**
 * Reads records that may not be there. HubSpot may refuse the whole read with a 404 then: those that it names are not
 * there, and a single one that it was asked for. It may name none of several: they are read in halves. When that
 * costs too many reads, the rest has an error that says neither that they are there nor that they are not. A 404 of
 * another kind is about the address.
 *
 * @param read one request
 * @throws what `read` is rejected with
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
  const message = 'It was not read: HubSpot did not say which of many are not there.';
  return { message, category: 'NOT_READ', policyName: '', about, text: '', faults: [] };
}

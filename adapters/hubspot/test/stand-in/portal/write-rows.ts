import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';
import { ApiError } from '../api-error.ts';
import type { Portal } from './portal.ts';

interface Traced {
  readonly objectWriteTraceId?: string | undefined;
}

/** Whether rows of a batch are treated separately: the portal does so, and every input has its own trace id. */
export function rowsOneByOne(
  portal: Portal,
  batch: 'create' | 'update' | 'upsert',
  inputs: readonly Traced[],
): boolean {
  const ids = inputs.map((input) => input.objectWriteTraceId);
  return (
    (portal.options.partial ?? ['create']).includes(batch) &&
    !ids.includes(undefined) &&
    new Set(ids).size === ids.length
  );
}

type Row = Record<string, JsonValue>;

interface RowWork<Input extends Traced, Checked> {
  readonly inputs: readonly Input[];
  readonly oneByOne: boolean;
  /** Throws an ApiError for a refused input. Writes nothing. */
  readonly check: (input: Input) => Checked;
  readonly write: (checked: Checked) => Row;
}

/**
 * Checks all inputs and writes the valid ones: separately, or all or none.
 * @throws ApiError of the first invalid input when the batch is refused as a whole; then nothing was written
 */
export function writeRows<Input extends Traced, Checked>({
  inputs,
  oneByOne,
  check,
  write,
}: RowWork<Input, Checked>): { results: Row[]; errors: Row[] } {
  const good: Checked[] = [];
  const errors: Row[] = [];
  for (const input of inputs) {
    try {
      good.push(check(input));
    } catch (error) {
      if (!oneByOne || !(error instanceof ApiError)) throw error;
      errors.push(error.row({ objectWriteTraceId: [input.objectWriteTraceId ?? ''] }));
    }
  }
  return { results: good.map(write), errors };
}

import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ReportValue, SelectedColumn } from '../views/report-values.ts';

const rowsInGroup = 20_000;

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** Makes a Parquet file piece by piece. The caller writes the pieces one after the other. */
export interface ParquetPieces {
  /** Adds rows and returns the finished bytes. */
  add(rows: readonly (readonly ReportValue[])[]): Uint8Array;
  /** The rest of the file. */
  finish(): Uint8Array;
}

/** The types are explicit, so that a tool can distinguish an instant, a time without a zone and a day. */
function schemaElement({ name, type }: SelectedColumn): SchemaElement {
  const column = { name, repetition_type: 'OPTIONAL' } as const;
  const timestamp = (isAdjustedToUTC: boolean): SchemaElement => ({
    ...{ ...column, type: 'INT64' },
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MILLIS' },
  });
  switch (type) {
    case 'instant':
      return timestamp(true);
    case 'local':
      return timestamp(false);
    case 'date':
      return { ...column, type: 'INT32', converted_type: 'DATE' };
    case 'integer':
    case 'bigint':
      return { ...column, type: 'INT64' };
    case 'number':
      return { ...column, type: 'DOUBLE' };
    case 'boolean':
      return { ...column, type: 'BOOLEAN' };
    default:
      return { ...column, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  }
}

export function createParquetPieces(columns: readonly SelectedColumn[]): ParquetPieces {
  const bytes = new ByteWriter(1_000_000);
  const schema: SchemaElement[] = [
    { name: 'rows', num_children: columns.length },
    ...columns.map(schemaElement),
  ];
  const writer = new ParquetWriter({ writer: bytes, schema, createdBy: 'jet-receiver' });
  let waiting: (readonly ReportValue[])[] = [];

  /** Takes the bytes out of the buffer. Offsets in the file count these bytes too. */
  const take = (): Uint8Array => {
    const piece = bytes.getBytes().slice();
    bytes.index = 0;
    return piece;
  };
  const writeGroup = (): void => {
    const columnData = columns.map((column, index) => ({
      name: column.name,
      data: waiting.map((row) => parquetValue(column, row[index] ?? null)),
    }));
    void writer.write({ columnData, rowGroupSize: rowsInGroup });
    waiting = [];
  };
  return {
    add(rows) {
      for (const row of rows) {
        waiting.push(row);
        if (waiting.length === rowsInGroup) writeGroup();
      }
      return take();
    },
    finish() {
      if (waiting.length > 0) writeGroup();
      void writer.finish();
      return take();
    },
  };
}

function parquetValue({ type }: SelectedColumn, value: ReportValue): unknown {
  if (value === null) return null;
  if (type === 'instant' || type === 'local') return new Date(`${String(value).replace(' ', 'T')}Z`);
  if (type === 'date') return new Date(`${String(value)}T00:00:00Z`);
  return type === 'integer' || type === 'bigint' ? BigInt(value) : value;
}

import type { Row } from '#crm';
import type { Properties } from '../check/properties.ts';

/** The properties of a row. Every value is text. */
export function propertiesOf({ fields }: Pick<Row, 'fields'>): Properties {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value ?? '')]));
}

export function inBatches<One>(all: readonly One[], size: number): One[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}

export function inHalves<One>(all: readonly One[]): One[][] {
  return inBatches(all, Math.ceil(all.length / 2));
}

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseFieldMap, type FieldMapping } from './field-map.ts';

/**
 * A setting that names a JSON file. The file maps our fields to the destination's fields. Absent: there are no
 * mappings.
 */
export function fieldMapSetting() {
  return z.string().transform(readFieldMap).default([]);
}

function readFieldMap(path: string, context: z.RefinementCtx<string>): readonly FieldMapping[] {
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(`names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  const read = parseFieldMap(text);
  return 'fault' in read ? refuse(read.fault) : read.mappings;
}

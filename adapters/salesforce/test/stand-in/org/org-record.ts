import type { JsonValue } from '../../../../../src/domain/jet-fields.ts';

/** A record of the stand-in, by the API names of its fields. A field without a value is null or omitted. */
export type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** The objects of the stand-in. The last three exist only as targets of a task's link. */
export type ObjectName =
  'Task' | 'Contact' | 'Lead' | 'Account' | 'User' | 'TaskStatus' | 'Opportunity' | 'Case' | 'Campaign';

/** A stored record. */
export interface OrgRecord {
  readonly object: ObjectName;
  /** 18 characters. */
  readonly id: string;
  values: Record<string, JsonValue>;
  state: 'there' | 'deleted' | 'purged';
  /** The phone terms that find the record, each set from its time on. Epoch milliseconds. */
  indexed: { readonly atMs: number; readonly phones: readonly string[] }[];
}

/** The first three characters of the ids of an object. */
const prefixes: Readonly<Record<ObjectName, string>> = {
  Task: '00T',
  Contact: '003',
  Lead: '00Q',
  Account: '001',
  User: '005',
  TaskStatus: '01J',
  Opportunity: '006',
  Case: '500',
  Campaign: '701',
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Makes an id of 18 characters. Successive ids can differ only in the case of a letter. */
export function makeId(object: ObjectName, serial: number): string {
  let text = '';
  for (let rest = serial; text.length < 7; rest = Math.floor(rest / 62))
    text = (digits[rest % 62] ?? '') + text;
  return asLongId(`${prefixes[object]}5g000${text}`);
}

/**
 * The 18-character form of an id. Its last three characters encode which of the others are capitals.
 *
 * @returns the text unchanged when it is not an id of 15 characters
 */
export function asLongId(id: string): string {
  if (!/^[a-zA-Z0-9]{15}$/.test(id)) return id;
  const suffix = [0, 5, 10].map((from) => {
    const bits = [0, 1, 2, 3, 4].map((at) => (/[A-Z]/.test(id[from + at] ?? '') ? 2 ** at : 0));
    return letters[bits.reduce((sum: number, bit) => sum + bit, 0)] ?? '';
  });
  return id + suffix.join('');
}

/** The object of an id, by its first three characters. Undefined when the text is not an id. */
export function objectOfId(id: string): ObjectName | undefined {
  if (!/^(?:[a-zA-Z0-9]{15}|[a-zA-Z0-9]{18})$/.test(id)) return undefined;
  const entry = Object.entries(prefixes).find(([, prefix]) => id.startsWith(prefix));
  return entry?.[0] as ObjectName | undefined;
}

export const objectNames = Object.keys(prefixes) as readonly ObjectName[];

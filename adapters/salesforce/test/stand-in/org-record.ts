import type { JsonValue } from '../../../../src/domain/jet-fields.ts';

/** A record of the stand-in, by the API names of its fields. A field without a value is null or left out. */
export type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** The objects that the stand-in knows. The last three only so that a task can be related to one. */
export type ObjectName =
  'Task' | 'Contact' | 'Lead' | 'Account' | 'User' | 'TaskStatus' | 'Opportunity' | 'Case' | 'Campaign';

/** What the org keeps of a record. */
export interface OrgRecord {
  readonly object: ObjectName;
  /** 18 characters. */
  readonly id: string;
  values: Record<string, JsonValue>;
  state: 'there' | 'deleted' | 'purged';
  /** The terms under which search finds it, each set from its moment on. Epoch milliseconds. */
  indexed: { readonly atMs: number; readonly phones: readonly string[] }[];
}

/** What the ids of an object start with. */
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

/** An id of 18 characters. Ids made one after the other differ in the case of a letter too. */
export function makeId(object: ObjectName, serial: number): string {
  let text = '';
  for (let rest = serial; text.length < 7; rest = Math.floor(rest / 62))
    text = (digits[rest % 62] ?? '') + text;
  return asLongId(`${prefixes[object]}5g000${text}`);
}

/**
 * The form of 18 characters, whose last three say which of the others are capitals.
 *
 * @returns the text itself when it is no id of 15
 */
export function asLongId(id: string): string {
  if (!/^[a-zA-Z0-9]{15}$/.test(id)) return id;
  const suffix = [0, 5, 10].map((from) => {
    const bits = [0, 1, 2, 3, 4].map((at) => (/[A-Z]/.test(id[from + at] ?? '') ? 2 ** at : 0));
    return letters[bits.reduce((sum: number, bit) => sum + bit, 0)] ?? '';
  });
  return id + suffix.join('');
}

/** Which object an id is of, by its first three characters. Undefined when it is no id at all. */
export function objectOfId(id: string): ObjectName | undefined {
  if (!/^(?:[a-zA-Z0-9]{15}|[a-zA-Z0-9]{18})$/.test(id)) return undefined;
  const entry = Object.entries(prefixes).find(([, prefix]) => id.startsWith(prefix));
  return entry?.[0] as ObjectName | undefined;
}

export const objectNames = Object.keys(prefixes) as readonly ObjectName[];

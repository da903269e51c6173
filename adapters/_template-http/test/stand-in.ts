import {
  startHttpStandIn,
  type HttpStandIn,
  type StandInReply,
} from '../../../test/adapter-kit/http-stand-in.ts';
import type { Person } from '../client.ts';
import type { CallRecord } from '../mapping.ts';

/** The token that the stand-in accepts. */
export const token = 'stand-in-token';

export type StoredCall = CallRecord & { readonly id: string; readonly person_id?: string };

/**
 * A small CRM in memory: people, and records of calls. It does not refuse a second record with the same external id.
 */
export interface CrmStandIn extends HttpStandIn {
  readonly calls: readonly StoredCall[];
  addPerson(phone: string): string;
}

export async function startStandIn(): Promise<CrmStandIn> {
  const people: Person[] = [];
  const calls: StoredCall[] = [];
  const digitsOf = (text: string): string => text.replace(/\D/g, '');

  const read = (path: string, asked: readonly string[]): StandInReply => {
    if (path === '/me') return { status: 200, body: { name: 'the stand-in' } };
    const found =
      path === '/people'
        ? people.filter(({ phones }) => phones.some((phone) => asked.includes(digitsOf(phone))))
        : calls.filter((call) => asked.includes(call.external_id));
    return { status: 200, body: found.map((record) => ({ ...record })) as never };
  };

  const write = (path: string, record: CallRecord): StandInReply => {
    const id = path.split('/')[2];
    const at = calls.findIndex((call) => call.id === id);
    if (id !== undefined && at < 0) return { status: 404 };
    const before = calls[at] ?? { id: `c-${calls.length + 1}` };
    const stored = { ...before, ...record };
    if (id === undefined) calls.push(stored);
    else calls[at] = stored;
    return { status: 200, body: { id: stored.id } };
  };

  const server = await startHttpStandIn({
    answer({ method, path, headers, body, refuses }) {
      if (headers.authorization !== `Bearer ${token}`) return { status: 401 };
      const { pathname, searchParams } = new URL(path, 'http://stand-in');
      if (method === 'GET') return read(pathname, (searchParams.get('q') ?? '').split(','));
      const record = body as CallRecord;
      if (record.external_id === refuses?.key) return { status: 422, body: { error: 'not acceptable' } };
      return write(pathname, record);
    },
  });
  return {
    ...server,
    calls,
    addPerson(phone) {
      const id = `p-${people.length + 1}`;
      people.push({ id, phones: [phone], updated_at: '2026-11-01T00:00:00Z' });
      return id;
    },
  };
}

import {
  startHttpStandIn,
  type HttpStandIn,
  type StandInReply,
} from '../../../test/adapter-kit/http-stand-in.ts';
import { keyOf, type Activity } from '../mapping.ts';

export const token = 'pipedrive-token-7a1f';

export type StoredActivity = Activity & { readonly id: number; readonly person_id?: number };

/** A small Pipedrive in memory: persons and activities, with the requests that the adapter makes. */
export interface PipedriveStandIn extends HttpStandIn {
  readonly activities: readonly StoredActivity[];
  addPerson(phone: string): number;
}

export async function startPipedriveStandIn(): Promise<PipedriveStandIn> {
  const persons: { id: number; phones: string[] }[] = [];
  const activities: StoredActivity[] = [];
  const ok = (data: unknown): StandInReply => ({ status: 200, body: { success: true, data: data as never } });

  const read = (path: string, query: URLSearchParams): StandInReply => {
    if (path === '/v1/users/me') return ok({ name: 'the stand-in' });
    const term = query.get('term') ?? '';
    if (path === '/v1/persons/search')
      return ok({
        items: persons
          .filter(({ phones }) => phones.some((phone) => phone.replace(/\D/g, '').includes(term)))
          .map((item) => ({ item })),
      });
    return ok(activities.filter(({ due_date: date }) => date === query.get('start_date')));
  };

  const write = (path: string, activity: Activity): StandInReply => {
    const id = path.split('/')[3];
    const at = activities.findIndex((stored) => String(stored.id) === id);
    if (id !== undefined && at < 0) return { status: 404, body: { success: false } };
    const stored = { ...(activities[at] ?? { id: activities.length + 1 }), ...activity };
    if (id === undefined) activities.push(stored);
    else activities[at] = stored;
    return ok({ id: stored.id });
  };

  const server = await startHttpStandIn({
    answer({ method, path, headers, body, refuses }) {
      if (headers['x-api-token'] !== token) return { status: 401 };
      const { pathname, searchParams } = new URL(path, 'http://stand-in');
      if (method === 'GET') return read(pathname, searchParams);
      const activity = body as Activity;
      const isRefused = refuses !== undefined && keyOf(activity.note) === refuses.key;
      return isRefused ? { status: 400, body: { success: false } } : write(pathname, activity);
    },
  });
  return {
    ...server,
    activities,
    addPerson: (phone) => persons.push({ id: persons.length + 1, phones: [phone] }),
  };
}

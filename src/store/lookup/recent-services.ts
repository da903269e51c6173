import type { Store } from '../store.ts';

const callsMax = 20_000;

/** The names of the services of recent calls, in order. Only the index of the list is read. */
export async function readRecentServices(store: Store): Promise<string[]> {
  const { knex } = store.reader;
  const recent = knex('calls').select('service').orderBy('revision', 'desc').limit(callsMax).as('recent');
  const rows = await knex.from(recent).distinct<{ service: string }[]>('service').whereNotNull('service');
  return rows.map(({ service }) => service).sort();
}

/** The recent services whose name contains a text, in any case. */
export async function findServices(store: Store, text: string): Promise<string[]> {
  const wanted = text.toLowerCase();
  return (await readRecentServices(store)).filter((name) => name.toLowerCase().includes(wanted));
}

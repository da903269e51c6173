import { openDatabase } from '../../../src/database/open-database.ts';
import { makeCluster, type PostgresCluster } from './postgres-cluster.ts';
import type { Scene } from '../scene/scene.ts';

/** A primary and a standby. A commit is answered only when the standby has it on its disk too. */
export interface PostgresPair {
  readonly primary: PostgresCluster;
  readonly standby: PostgresCluster;
}

export async function makePair(scene: Scene): Promise<PostgresPair> {
  const primary = await makeCluster();
  scene.finally(() => primary.remove());
  const standby = await makeCluster({ standbyOf: { cluster: primary, name: 'standby' } });
  scene.finally(() => standby.remove());
  const admin = openDatabase(primary.url);
  await admin.knex.raw("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  await admin.knex.raw('SELECT pg_reload_conf()');
  await admin.close();
  return { primary, standby };
}

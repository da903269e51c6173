import { engines, type Engine } from '../../fixtures/engines.ts';
import type { FaultOptions } from '../scene/fault.ts';

/** The database servers of the environment. */
export const servers: readonly Engine[] = engines.filter(({ dialect }) => dialect !== 'sqlite');

/** A fresh database on a server for the fault, for both store and reporting table; or why it cannot be staged. */
export function onServer(engine: Engine): Pick<FaultOptions, 'cannot' | 'database'> {
  return engine.given
    ? { database: () => engine.fresh() }
    : { cannot: `the server for ${engine.title} is not set` };
}

import { stages, type AdapterDefinition } from '../../../src/contract/index.ts';

/**
 * The same adapter, which lands each push. A call's id can make it throw, or end the process as a fault in native code
 * does.
 */
export function poisonable(definition: AdapterDefinition): AdapterDefinition {
  return {
    ...definition,
    capabilities: { ...definition.capabilities, stages },
    create(config, tools) {
      const adapter = definition.create(config, tools);
      return {
        ...adapter,
        deliver(batch, signal) {
          if (batch.some(({ id }) => id.includes('ends-process'))) process.kill(process.pid, 'SIGKILL');
          if (batch.some(({ id }) => id.includes('throws'))) throw new TypeError('poison');
          return adapter.deliver(batch, signal);
        },
      };
    },
  };
}

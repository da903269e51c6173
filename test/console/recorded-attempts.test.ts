import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Destination } from '../../src/store/deliveries.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { startConsole, viewerPassword, type ConsoleUnderTest } from './console-under-test.ts';

const sql: Destination = { name: 'sql', stages: ['call_end'], settleAfterMs: 1000 };

describe('the page of a call', () => {
  let shown: ConsoleUnderTest;
  beforeAll(async () => {
    shown = await startConsole();
    await storePushes(shown.store, [pushOf(inboundBodies('tried').end)], [sql], someTimeMs);
    const tried = { call_id: 'tried', destination: 'sql', tried_at: someTimeMs, revision: someTimeMs };
    await shown.store.writer.knex('attempts').insert([
      {
        ...tried,
        slot: 1,
        nth: 1,
        outcome: 'retry',
        code: 'row_locked',
        reason: 'Locked <b>',
        took_ms: 1,
        process: 'p',
      },
      {
        ...tried,
        slot: 2,
        nth: 2,
        outcome: 'rejected',
        reason: 'No +61 412 345 678',
        took_ms: 1234,
        process: 'host 7',
      },
    ]);
  });
  afterAll(() => shown.close());

  it('the page of a call shows the recorded attempts of each delivery: outcome, code, reason, duration and process', async () => {
    const { text } = await (await shown.inSession()).get('/console/calls/tried');
    expect(text).toContain('2 recorded attempts');
    for (const part of ['row_locked', 'Locked &#60;b&#62;', '1,234 ms', 'host 7', '+61 412 345 678'])
      expect(text).toContain(part);
  });

  it('the page of a call masks numbers in the attempts for a viewer', async () => {
    const { text } = await (await shown.inSession(viewerPassword)).get('/console/calls/tried');
    expect(text).toContain('2 recorded attempts');
    expect(text).not.toContain('412 345 678');
  });
});

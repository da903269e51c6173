import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Destination } from '../../src/store/deliveries.ts';
import { registerDestinations, takeLease } from '../../src/store/destinations.ts';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { settle } from '../../src/store/settle.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';

const crm: Destination = { name: 'sql', stages: ['call_start', 'call_end'], settleAfterMs: 0 };
const trace = {
  how: 'created',
  link: 'https://crm.example/activity/a-1',
  person: {
    state: 'found',
    record: { object: 'contact', id: '17', name: 'Jane Citizen', link: 'https://crm.example/contact/17' },
    number: '+61412345678',
    match: {
      number: '+61412345678',
      rule: 'latest',
      forms: ['61412345678', '0412345678'],
      candidates: [
        { object: 'contact', id: '17', name: 'Jane Citizen', kept: true, why: 'its number is the same' },
        { object: 'contact', id: '18', kept: false, why: 'another one was changed later' },
      ],
    },
  },
  owner: { rule: 'table', id: '9' },
  written: {},
  fields: {
    subject: { before: 'Old', after: 'Call from Jane\u001b[2J' },
    body: { after: 'Started: noon\r\nEnded: later\n' },
  },
  dropped: { notes: { why: 'somebody changed it', value: '' } },
};

describe('npm run call', () => {
  let folder: CommandFolder;
  let store: Store;
  beforeAll(async () => {
    folder = await makeCommandFolder();
    store = await openStore(folder.storeUrl, storeMigrations);
    await registerDestinations(store, ['sql']);
    const take = async (id: string, nowMs: number, rest = {}): Promise<void> => {
      const { start, end } = inboundBodies(id);
      const number = { originnumber: '0412 345 678', ...rest };
      await storePushes(
        store,
        [pushOf({ ...start, ...number }, nowMs), pushOf({ ...end, ...number }, nowMs + 1)],
        [crm],
        nowMs,
      );
    };
    await take('older', someTimeMs, { callstarttime: '2026-11-20 01:00:00' });
    await take('newest', someTimeMs + 10, { callstarttime: '2026-11-22 01:00:00' });
    await take('foreign', someTimeMs + 20, { originnumber: '+91 9412345678' });
    const lease = await takeLease(store, 'sql', 'test', undefined, 60_000, someTimeMs);
    await settle(
      store,
      'sql',
      lease?.fence ?? 0,
      [
        {
          ...{
            callId: 'newest',
            revision: someTimeMs + 10,
            state: 'delivered',
            dueAtMs: undefined,
            attempts: 0,
          },
          ...{ code: undefined, reason: undefined, remedy: undefined, remoteId: 'a-1' },
          trace: JSON.stringify(trace),
        },
      ],
      someTimeMs + 30,
    );
  });
  afterAll(async () => {
    await store.close();
    await folder.remove();
  });

  const call = (...args: string[]) => folder.run('call/call', args);

  it('npm run call shows a written text of several lines on one line', async () => {
    expect((await call('newest')).stdout).toContain('body: "Started: noon / Ended: later"');
  });

  it('npm run call shows the newest call of a number in full, and each other call in one line', async () => {
    const { code, stdout, stderr } = await call('(0412) 345-678');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Call newest');
    expect(stdout).toMatch(/Other calls \(1\)\n.*older/);
  });

  it('npm run call omits a call of another number with the same last digits', async () => {
    expect((await call('0412345678')).stdout).not.toContain('foreign');
  });

  it('npm run call shows why a call landed on its person, with the links', async () => {
    const { stdout } = await call('newest');
    for (const text of [
      'sql: delivered',
      'https://crm.example/activity/a-1',
      'Jane Citizen (contact 17)',
      'https://crm.example/contact/17',
      'of several records, the one that was changed last',
      '61412345678, 0412345678',
      'Dropped         contact 18: another one was changed later',
      'subject: "Old" -> "Call from Jane',
      'notes: somebody changed it',
    ])
      expect(stdout).toContain(text);
  });

  it('npm run call shows the pushes, and which of them gave each field', async () => {
    const { stdout } = await call('newest');
    expect(stdout).toContain('Pushes (2)');
    expect(stdout).toMatch(/dial_status .*\(call_end: no other push has it\)/);
  });

  it('npm run call lets no text from outside control the terminal', async () => {
    expect((await call('newest')).stdout).not.toContain('\u001b');
  });

  it('npm run call shows only the calls of a day', async () => {
    expect((await call('0412345678', '--on', '2026-11-20')).stdout).toContain('Call older');
    const none = await call('0412345678', '--on', '2026-01-01');
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('There is no call for "0412345678" on 2026-01-01');
  });

  it('npm run call prints JSON for scripts', async () => {
    const { stdout } = await call('newest', '--json');
    const shown = JSON.parse(stdout) as {
      call: { call_id: string };
      deliveries: unknown[];
      pushes: unknown[];
    };
    expect(shown.call.call_id).toBe('newest');
    expect(shown.pushes).toHaveLength(2);
    expect(shown.deliveries).toHaveLength(1);
  });

  it('npm run call shows how to write a day when the day is mistyped', async () => {
    const { code, stderr } = await call('0412345678', '--on', 'yesterday');
    expect(code).toBe(2);
    expect(stderr).toContain('"yesterday" is not a day: write 2026-11-27.');
  });
});

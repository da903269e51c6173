import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { landAll, type Act } from '../crms/crm.ts';
import { fault } from '../scene/fault.ts';
import { numbered, sendCalls, withCrm } from '../crms/with-crm.ts';

const leaseMs = 4_000;
/** An adapter can use half of the lease for a batch. */
const deadlineMs = leaseMs / 2;

interface Misbehaviour {
  readonly does: string;
  readonly act: Act;
}

const misbehaviours: readonly Misbehaviour[] = [
  {
    does: 'waits 4 s before a write',
    async act(request) {
      await sleep(4_000);
      // A lookup in the meantime found nothing, so a write after its sender disconnected would be a duplicate.
      if (!request.response.destroyed) request.reply(200, request.land());
    },
  },
  {
    does: 'takes 4 s to answer after a write',
    async act(request) {
      const landed = request.land();
      await sleep(4_000);
      request.reply(200, landed);
    },
  },
  { does: 'never answers', act: () => undefined },
  { does: 'writes and never answers', act: (request) => void request.land() },
  {
    does: 'writes half and never answers',
    act: (request) => {
      const half = new Set(request.records.filter((_, index) => index % 2 === 0).map(({ key }) => key));
      request.land((key) => half.has(key));
    },
  },
  {
    does: 'writes and resets the connection in the middle of the answer',
    act: (request) => {
      request.land();
      request.response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      request.response.write('{"results":[');
      setTimeout(() => request.incoming.socket.resetAndDestroy(), 10);
    },
  },
  {
    does: 'writes and answers garbage',
    act: (request) => {
      request.land();
      request.reply(200, '<html>It works!</html>');
    },
  },
  {
    does: 'answers 200 with an error in the body',
    act: (request) => request.reply(200, { results: [], error: 'internal' }),
  },
  { does: 'answers 500', act: (request) => request.reply(500, { error: 'x' }) },
  {
    does: 'writes and answers 500',
    act: (request) => {
      request.land();
      request.reply(500, { error: 'x' });
    },
  },
];

describe('10 slow, hanging, resetting and lying destinations', () => {
  for (const kind of ['merges', 'creates'] as const) {
    fault(
      `10 slow, hanging, resetting and lying destinations, with an API that ${kind}`,
      async (scene) => {
        const { crm, url, token } = await withCrm(scene, { FAULT_LEASE_MS: String(leaseMs) }, kind);
        for (const { does, act } of misbehaviours) {
          const before = crm.requests.length;
          crm.act = act;
          await sendCalls(scene, numbered(does.replaceAll(' ', '-'), 10), url, token);
          while (crm.requests.length === before) await sleep(20);
          await sleep(deadlineMs + 500);
          crm.act = landAll;
          await scene.balance({ at: [crm] });
          const met = crm.requests.slice(before);
          const longestMs = Math.max(...met.map(({ atMs, endedMs }) => (endedMs ?? Infinity) - atMs));
          scene.did(
            `a destination that ${does}: ${met.length} requests until all calls had landed; the longest took ${Math.round(longestMs)} ms`,
          );
          expect(met.length, does).toBeGreaterThan(1);
          // The deadline of a batch. A busy machine enforces it a little later.
          expect(longestMs, does).toBeLessThan(deadlineMs + 1_500);
        }
        if (kind === 'creates') expect(crm.lookups).toBeGreaterThan(0);
      },
      { timeoutMs: 600_000 },
    );
  }
});

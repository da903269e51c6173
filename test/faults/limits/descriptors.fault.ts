import { request } from 'node:http';
import { describe, expect } from 'vitest';
import { startProcess } from '../../fixtures/receiver-process.ts';
import { fault } from '../scene/fault.ts';
import { kitCommand } from '../scene/scene.ts';
import { callTraffic, faultHeader } from '../traffic/traffic.ts';

const descriptors = 64;
// With 64 descriptors, the receiver serves 18 connections at once and answers on 24. Node resets connections beyond
// those.
const senders = 20;
const pushesOfEach = 5;

describe('13 few file descriptors', () => {
  fault(
    '13 few file descriptors: pushes within the limit of connections are answered 200 or 503',
    async (scene) => {
      const command = ['/bin/sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh', ...kitCommand];
      const settings = {
        ...{ ADAPTERS: 'sql', DATABASE_URL: scene.databaseUrl, REPORTING_DATABASE_URL: scene.reportingUrl },
        ...{ WEBHOOK_HEADER_NAME: faultHeader.name, WEBHOOK_HEADER_VALUE: faultHeader.value },
      };
      const receiver = startProcess(scene.folder, settings, command);
      scene.finally(() => receiver.child.kill('SIGKILL'));
      const url = await receiver.ready();
      expect(receiver.output()).toContain('The limit of open files is low');
      const pushes = callTraffic('f', scene.random);
      const counts = new Map<number | string, number>();
      const send = async (): Promise<void> => {
        for (let number = 0; number < pushesOfEach; number += 1) {
          const push = pushes.next().value;
          const answer = await post(url, push.body);
          scene.answers.record(push, typeof answer === 'number' ? answer : undefined);
          counts.set(answer, (counts.get(answer) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: senders }, send));
      scene.did(`${senders} senders at once: ${JSON.stringify(Object.fromEntries(counts))}`);
      expect([...counts.keys()].filter((answer) => answer !== 200 && answer !== 503)).toEqual([]);
      expect(counts.get(200)).toBeGreaterThan(0);
      await scene.balance();
    },
  );
});

/** Each push uses its own connection. Returns the status, or the code of the error. */
function post(url: string, body: string): Promise<number | string> {
  return new Promise((resolve) => {
    const headers = { [faultHeader.name]: faultHeader.value, 'content-type': 'application/json' };
    const sent = request(`${url}/webhooks/jet`, { method: 'POST', headers, agent: false }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 'none'));
    });
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}

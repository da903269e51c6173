import { join } from 'node:path';
import { httpFaults } from '../../../test/adapter-kit/http-stand-in.ts';
import type { AdapterSubject } from '../../../test/adapter-kit/subject.ts';
import { template } from '../index.ts';
import { startStandIn, token, type StoredCall } from './stand-in.ts';

/** The adapter and its stand-in, for the kit. */
export const subject: AdapterSubject = {
  definition: template,
  folder: join(import.meta.dirname, '..'),
  sampleSettings: { TEMPLATE_URL: 'http://127.0.0.1:9', TEMPLATE_TOKEN: token },
  faults: httpFaults,
  searchesPeople: true,
  async openStandIn() {
    const standIn = await startStandIn();
    return {
      settings: { TEMPLATE_URL: standIn.url },
      records: () => Promise.resolve(standIn.calls.map(landed)),
      addPerson: (phone) => Promise.resolve(standIn.addPerson(phone)),
      stage: (fault) => standIn.stage(fault),
      close: () => standIn.close(),
    };
  },
};

function landed({ id, person_id: personId, ...shown }: StoredCall) {
  return {
    key: shown.external_id,
    remoteId: id,
    personId,
    durationSeconds: shown.seconds ?? undefined,
    shown,
  };
}

import { join } from 'node:path';
import { describeAdapterContract } from '../../../test/adapter-kit/describe-adapter-contract.ts';
import { httpFaults } from '../../../test/adapter-kit/http-stand-in.ts';
import { pipedrive } from '../index.ts';
import { keyOf } from '../mapping.ts';
import { startPipedriveStandIn, token, type StoredActivity } from './stand-in.ts';

describeAdapterContract({
  definition: pipedrive,
  folder: join(import.meta.dirname, '..'),
  sampleSettings: { PIPEDRIVE_URL: 'http://127.0.0.1:9', PIPEDRIVE_API_TOKEN: token },
  faults: httpFaults,
  searchesPeople: true,
  async openStandIn() {
    const standIn = await startPipedriveStandIn();
    return {
      settings: { PIPEDRIVE_URL: standIn.url },
      records: () => Promise.resolve(standIn.activities.map(landed)),
      addPerson: (phone) => Promise.resolve(String(standIn.addPerson(phone))),
      stage: (fault) => standIn.stage(fault),
      close: () => standIn.close(),
    };
  },
});

function landed({ id, person_id: personId, ...shown }: StoredActivity) {
  return {
    key: keyOf(shown.note) ?? '',
    remoteId: String(id),
    personId: personId === undefined ? undefined : String(personId),
    durationSeconds: Number(/^Seconds: (\d+)$/m.exec(shown.note)?.[1]),
    shown,
  };
}

import { httpFaults } from '../http-stand-in.ts';
import type { AdapterSubject } from '../subject.ts';
import { reference } from './index.ts';
import { openReferenceStandIn, referenceToken } from './stand-in.ts';

export const referenceSubject: AdapterSubject = {
  definition: reference,
  folder: import.meta.dirname,
  sampleSettings: { REFERENCE_URL: 'http://127.0.0.1:9', REFERENCE_TOKEN: referenceToken },
  faults: httpFaults,
  comparesRevisions: true,
  openStandIn: openReferenceStandIn,
};

import { hubspotFaults, type FaultAim, type HubspotFault, type HubspotFaultName } from './faults.ts';
import type { SeenRequest } from './seen-request.ts';

/** The faults that wait for their request, in the order in which they were staged. */
export interface StagedFaults {
  stage(fault: HubspotFaultName | HubspotFault, aim?: FaultAim): void;
  unstage(): void;
  /** Returns the first fault that matches a request. It is removed after its last request. */
  take(request: SeenRequest): HubspotFault | undefined;
}

interface Waiting {
  readonly fault: HubspotFault;
  readonly aim: FaultAim;
  left: number;
}

export function createStagedFaults(): StagedFaults {
  let waiting: Waiting[] = [];
  return {
    stage(fault, aim = {}) {
      const meant = typeof fault === 'string' ? hubspotFaults[fault] : fault;
      waiting.push({ fault: meant, aim, left: aim.times ?? 1 });
    },
    unstage() {
      waiting = [];
    },
    take(request) {
      const found = waiting.find(({ aim }) => fits(aim, request));
      if (found === undefined) return undefined;
      found.left -= 1;
      waiting = waiting.filter(({ left }) => left > 0);
      return found.fault;
    },
  };
}

function fits({ on, socket }: FaultAim, request: SeenRequest): boolean {
  const kinds = typeof on === 'string' ? [on] : on;
  return (
    (kinds === undefined || kinds.includes(request.kind)) &&
    (socket === undefined || socket === request.socket)
  );
}

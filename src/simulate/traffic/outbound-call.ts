import { drawStatusWord, type CallClock, type CallScenario } from './call-scenario.ts';
import { extensions } from './business.ts';
import { drawCalled } from './counterpart.ts';
import { fictionalServices, writeNumber, type FictionalNumber } from './fictional-numbers.ts';
import type { Random } from './random.ts';

/** Draws an outbound call. Jet pushes it once, after it has ended. */
export function drawOutboundCall(random: Random, at: CallClock): CallScenario {
  const status = random.chance(0.68) ? 'answered' : 'missed';
  const endedMs = at(status === 'answered' ? random.integer(20, 900) : random.integer(8, 45));
  const fields = {
    started_at: at(0),
    ended_at: endedMs,
    called_number: drawCalled(random),
    calling_number: writeNumber(fictionalServices[0] as FictionalNumber, random),
    calling_extension: random.pick(extensions).number,
    dial_status: drawStatusWord(status, random),
    duration_seconds: Math.round((endedMs - at(0)) / 1000),
  };
  return {
    direction: 'outbound',
    status,
    moments: [{ stage: 'call_end_outbound', atMs: endedMs, fields }],
  };
}

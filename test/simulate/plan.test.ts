import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlan, type PlannedPush } from '../../src/simulate/traffic/plan.ts';
import { seedMax } from '../../src/simulate/traffic/random.ts';
import { createCallCompleter } from '../../src/domain/call.ts';
import { foldCall } from '../../src/domain/fold.ts';
import type { Push } from '../../src/domain/push.ts';
import { stageRank } from '../../src/domain/stage.ts';
import { isFault, readPush } from '../../src/intake/read-push.ts';
import { groupByCall, pushesOf, readingOf } from './planned-pushes.ts';

const nowMs = Date.parse('2025-04-05T23:30:00Z');
const dayMs = 86_400_000;
const intake = { statusMap: new Map() };
const complete = createCallCompleter({
  timeZone: 'Australia/Sydney',
  defaultCountry: 'AU',
  statusMap: new Map(),
});

function read(push: PlannedPush, order = 0): Push {
  return { ...readingOf(push), id: 'any', receivedAtMs: nowMs + order };
}

describe('a plan', () => {
  it('a plan is the same for the same seed, number of calls and now', () => {
    expect(createPlan(42, 300, nowMs)).toEqual(createPlan(42, 300, nowMs));
  });

  it('a plan differs for another seed', () => {
    const bodies = (seed: number): string[] => createPlan(seed, 50, nowMs).steps.map(({ body }) => body);
    expect(bodies(1)).not.toEqual(bodies(2));
  });

  it('a plan follows the JET_STATUS_MAP of the receiver', () => {
    const statusMap = new Map([
      ['answered', 'missed'],
      ['transferred', 'answered'],
    ] as const);
    const completeSo = createCallCompleter({ timeZone: 'UTC', defaultCountry: 'AU', statusMap });
    const plan = createPlan(5, 400, nowMs, statusMap);
    for (const planned of plan.calls) {
      const pushes = pushesOf(plan).filter(({ call }) => call === planned);
      expect(completeSo(foldCall(pushes.map((push, order) => read(push, order)))).status).toBe(
        planned.status,
      );
    }
    const usual = createPlan(5, 400, nowMs).calls;
    expect(plan.calls.filter(({ status }, index) => status !== usual[index]?.status).length).toBeGreaterThan(
      9,
    );
  });

  it('the receiver reads a plan as planned, for every seed', () => {
    fc.assert(
      fc.property(fc.nat(seedMax), fc.integer({ min: 1, max: 120 }), (seed, count) => {
        const plan = createPlan(seed, count, nowMs);
        const byCall = new Map(plan.calls.map((call) => [call, [] as Push[]]));
        let order = 0;
        for (const push of pushesOf(plan)) {
          const reading = read(push, (order += 1));
          expect(reading.stage).toBe(push.stage);
          if (push.call.callId !== undefined) expect(reading.callId).toBe(push.call.callId);
          byCall.get(push.call)?.push(reading);
        }
        for (const [planned, pushes] of byCall) {
          const call = complete(foldCall(pushes));
          expect({ ...planned }).toMatchObject({
            direction: call.direction,
            stage: call.stage,
            status: call.status,
            answering_point: call.answering_point,
            extension_number: call.extension_number,
            duration_seconds: call.duration_seconds,
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a plan gives every call a different id', () => {
    const plan = createPlan(7, 5000, nowMs);
    const callIdOf = new Map(pushesOf(plan).map((push) => [push.call, read(push).callId]));
    expect(new Set(callIdOf.values()).size).toBe(plan.calls.length);
  });

  it('a plan makes its inbound ids from the seed and the time of the run', () => {
    const ids = [createPlan(1, 1, nowMs), createPlan(2, 1, nowMs), createPlan(1, 1, nowMs + 1)].map(
      ({ runId }) => runId,
    );
    expect(new Set(ids).size).toBe(3);
  });

  it('a plan stays within the last day, mostly in the daytime of Sydney', () => {
    const plan = createPlan(3, 2000, nowMs);
    const starts = pushesOf(plan).map((push) => read(push).fields.started_at ?? 0);
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(nowMs - dayMs - 1000);
    expect(Math.max(...starts)).toBeLessThanOrEqual(nowMs);
    const hours = starts.map((start) =>
      Number(
        new Intl.DateTimeFormat('en-AU', {
          hour: '2-digit',
          hourCycle: 'h23',
          timeZone: 'Australia/Sydney',
        }).format(start),
      ),
    );
    const daytime = hours.filter((hour) => hour >= 8 && hour < 18).length / hours.length;
    expect(daytime).toBeGreaterThan(0.7);
  });

  it('a plan causes warnings only for unknown status words, missing ids, and placeholders and zeros in times and durations', () => {
    const plan = createPlan(11, 1000, nowMs);
    const warnings = pushesOf(plan).flatMap((push) => readingOf(push).warnings);
    const unread = warnings.filter(({ code }) => code.startsWith('unreadable_'));
    for (const { received } of unread)
      expect(received).toMatch(
        /^(?:null|none|n\/a|undefined|--?|\{\{value\}\}|[$]\{value\}|%value%|0|1970-.*)$/i,
      );
    const others = warnings.filter((warning) => !unread.includes(warning)).map(({ code }) => code);
    expect(new Set(others)).toEqual(new Set(['unknown_status', 'id_derived']));
  });
});

describe('the traffic of a plan', () => {
  const plan = createPlan(2024, 4000, nowMs);
  const pushes = pushesOf(plan);
  const readings = pushes.map((push) => ({ push, reading: read(push) }));

  it('the traffic of a plan has every status, in each direction in which it can occur', () => {
    const kinds = new Set(plan.calls.map(({ direction, status }) => `${direction} ${status}`));
    expect([...kinds].sort()).toEqual([
      'inbound abandoned',
      'inbound answered',
      'inbound busy',
      'inbound failed',
      'inbound in_progress',
      'inbound missed',
      'inbound unknown',
      'outbound answered',
      'outbound missed',
    ]);
  });

  it('the traffic of a plan sends about one push in twenty twice, the same body to the same path, after the first', () => {
    const repeats = pushes.filter(({ repeat }) => repeat);
    expect(repeats.length / pushes.length).toBeGreaterThan(0.03);
    expect(repeats.length / pushes.length).toBeLessThan(0.07);
    for (const repeat of repeats) {
      const first = pushes.findIndex((push) => push.body === repeat.body && push.path === repeat.path);
      expect(first).toBeLessThan(pushes.indexOf(repeat));
    }
  });

  it('the traffic of a plan sends about a tenth of the calls with several pushes out of order', () => {
    const byCall = groupByCall(pushes.filter(({ repeat }) => !repeat));
    const several = byCall.filter((own) => own.length > 1);
    const disordered = several.filter((own) =>
      own.some(({ stage }, index) => stageRank(stage) < stageRank(own[index - 1]?.stage ?? 'call_start')),
    );
    expect(disordered.length / several.length).toBeGreaterThan(0.05);
    expect(disordered.length / several.length).toBeLessThan(0.13);
  });

  it('the traffic of a plan has pushes answered by a menu or queue before pushes answered by a person', () => {
    const twice = groupByCall(pushes.filter(({ stage, repeat }) => stage === 'call_answered' && !repeat));
    const menus = twice.filter((own) => own.length === 2);
    expect(menus.length).toBeGreaterThan(500);
    expect(menus.some((own) => own.some((push) => read(push).fields.ivr_prompts !== undefined))).toBe(true);
  });

  it('the traffic of a plan has a web session in about a third of the ends, with all 19 fields after an advertisement', () => {
    const ends = readings.filter(({ push }) => push.stage === 'call_end' && !push.repeat);
    const withWeb = ends.filter(({ reading }) => reading.fields.session_id !== undefined);
    expect(withWeb.length / ends.length).toBeGreaterThan(0.25);
    expect(withWeb.length / ends.length).toBeLessThan(0.35);
    const paid = withWeb.filter(({ reading }) => reading.fields.gclid !== undefined);
    expect(paid.length).toBeGreaterThan(100);
    for (const { reading } of withWeb) {
      expect(reading.fields.google_analytics_client_id).toMatch(/^\d+\.\d+$/);
      expect(() => JSON.parse(reading.fields.attributes ?? '') as unknown).not.toThrow();
    }
  });

  it('the traffic of a plan writes googleAnalytics.clientId as a dotted key and as a nested object', () => {
    const bodies = pushes.map(({ body }) => body).join('\n');
    expect(bodies).toContain('"googleAnalytics.clientId":');
    expect(bodies).toMatch(/"googleAnalytics":\s*\{\s*"clientId":/);
  });

  it("the traffic of a plan spells keys as Jet's page does, in camel case and in snake case", () => {
    const bodies = pushes.map(({ body }) => body).join('\n');
    for (const key of [
      'callsessionid',
      'callSessionId',
      'call_session_id',
      'call Start Time',
      'Called Number',
    ]) {
      expect(bodies).toContain(`"${key}":`);
    }
  });

  it('the traffic of a plan goes to the general path and to the paths of the stages', () => {
    expect(new Set(pushes.map(({ path }) => path))).toEqual(
      new Set([
        '/webhooks/jet',
        '/webhooks/jet/call-start',
        '/webhooks/jet/call-answered',
        '/webhooks/jet/call-end',
        '/webhooks/jet/call-end-outbound',
      ]),
    );
  });

  it('the traffic of a plan has withheld callers, and a valid number for most of the others', () => {
    const calls = readings
      .filter(({ push }) => push.stage === 'call_end' || push.stage === 'call_end_outbound')
      .map(({ reading }) => complete(foldCall([reading])));
    expect(calls.some(({ withheld }) => withheld)).toBe(true);
    const valid = calls.filter(({ counterpart_e164 }) => counterpart_e164 !== undefined);
    expect(valid.length / calls.length).toBeGreaterThan(0.85);
  });

  it('the traffic of a plan has broken bodies that the receiver refuses', () => {
    const broken = plan.steps.filter((step) => step.kind === 'broken');
    const codes = broken.map(({ body }) => {
      const reading = readPush(Buffer.from(body), undefined, intake);
      return isFault(reading) ? reading.code : 'stored';
    });
    expect(codes.sort()).toEqual(['empty_body', 'malformed_json', 'not_a_call', 'not_an_object', 'too_deep']);
  });
});

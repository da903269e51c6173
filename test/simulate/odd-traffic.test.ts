import { describe, expect, it } from 'vitest';
import { createPlan } from '../../src/simulate/traffic/plan.ts';
import { readBody } from '../../src/intake/read-body.ts';
import { groupByCall, pushesOf, readingOf } from './planned-pushes.ts';

const intake = { statusMap: new Map() };
const plan = createPlan(2024, 2000, Date.parse('2025-04-05T23:30:00Z'));

const pushes = pushesOf(plan);

describe('the odd traffic of a plan', () => {
  it('the odd traffic has zeros and no-value words such as "N/A" in start and answered pushes', () => {
    const early = pushes.filter(({ stage }) => stage === 'call_start' || stage === 'call_answered');
    const withZero = early.filter(({ body }) => /"duration\W+(?:0|00:00:00)\W*[,}]/.test(body));
    const withMark = early.filter(({ body }) => /"duration\W+(?:N\/A|undefined|\{\{value)/.test(body));
    for (const found of [withZero, withMark]) {
      expect(found.length / early.length).toBeGreaterThan(0.01);
      expect(found.length / early.length).toBeLessThan(0.15);
    }
  });

  it('the odd traffic forwards some calls to a number without an extension', () => {
    const forwardedCalls = groupByCall(pushes).filter((own) => {
      const fields = own.map((push) => readingOf(push).fields);
      return (
        own[0]?.call.extension_number === undefined &&
        fields.some(({ extension_number: e }) => e !== undefined)
      );
    });
    expect(forwardedCalls.length / plan.calls.length).toBeGreaterThan(0.02);
    expect(forwardedCalls.length / plan.calls.length).toBeLessThan(0.08);
  });

  it('the odd traffic corrects some ends by a later push with the same end time', () => {
    const ends = pushes.filter(({ stage, repeat }) => stage === 'call_end' && !repeat);
    const twice = groupByCall(ends).filter((own) => own.length === 2);
    expect(twice.length / plan.calls.length).toBeGreaterThan(0.01);
    for (const own of twice) {
      const [first, second] = own.map((push) => readingOf(push).fields);
      expect(second?.ended_at).toBe(first?.ended_at);
      expect(second?.dial_status).not.toBe(first?.dial_status);
    }
  });

  it('the odd traffic has inbound calls without an id, or with a placeholder as their id', () => {
    const without = pushes.filter(({ call }) => call.direction === 'inbound' && call.callId === undefined);
    expect(new Set(without.map(({ call }) => call)).size / plan.calls.length).toBeGreaterThan(0.01);
    expect(without.some(({ body }) => /call_?session_?id\W+(?:N\/A|undefined|null)/i.test(body))).toBe(true);
  });

  it('the odd traffic sends all pushes of some calls as lists, in JSON or one per line, and the receiver reads each item', () => {
    const lists = plan.steps.filter((step) => step.kind === 'list');
    expect(lists.length / plan.calls.length).toBeGreaterThan(0.01);
    expect(new Set(lists.map(({ contentType }) => contentType)).size).toBe(2);
    for (const list of lists) {
      const reading = readBody(Buffer.from(list.body), list.contentType, undefined, intake);
      const read = 'items' in reading ? reading.items.map((item) => 'stage' in item && item.stage) : [];
      expect(read).toEqual(list.pushes.map(({ stage }) => stage));
    }
  });

  it('the odd traffic sends text/plain, JSON in a JSON string, and JSON text under data', () => {
    expect(pushes.some(({ contentType }) => contentType === 'text/plain')).toBe(true);
    expect(pushes.some(({ body }) => body.startsWith('"'))).toBe(true);
    expect(pushes.some(({ body }) => body.startsWith('{"event":"call","data":"'))).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { jetFields, type CallFields } from '../../src/domain/jet-fields.ts';
import type { Stage } from '../../src/domain/stage.ts';
import { decideStage } from '../../src/intake/decide-stage.ts';

const startFields = { call_session_id: 'c', started_at: 1e12, origin_number: '1', phone_number: '2' };
const answeredFields = { ...startFields, dial_status: 'ANSWER', dial_time: 1e12 };
const endFields = { ...answeredFields, duration_seconds: 60, ended_at: 1e12, session_id: 's' };
const outboundFields = { started_at: 1e12, ended_at: 1e12, called_number: '3', calling_number: '4' };

function stageOf(fields: CallFields, path?: Stage): Stage {
  return decideStage(path, fields, new Map()).stage;
}

function filled(name: string, kind: string): CallFields {
  return { [name]: kind === 'text' ? 'x' : 1e12 };
}

describe('the stage of a push on the general path', () => {
  it.each(jetFields.filter(({ list }) => list === 'start'))(
    'a push on the general path with $name is the start',
    ({ name, kind }) => {
      expect(stageOf(filled(name, kind))).toBe('call_start');
    },
  );

  it.each(jetFields.filter(({ list }) => list === 'answered'))(
    'a push on the general path with $name is answered',
    ({ name, kind }) => {
      expect(stageOf({ ...startFields, ...filled(name, kind) })).toBe('call_answered');
    },
  );

  it.each([
    ['an end time', { ended_at: 1e12 }],
    ['a duration above zero', { duration_seconds: 1 }],
    ['an end time and zero seconds', { ended_at: 1e12, duration_seconds: 0 }],
    ['BUSY', { dial_status: 'BUSY' }],
    ['CANCEL', { dial_status: 'CANCEL' }],
    ['NO ANSWER', { dial_status: 'NO ANSWER' }],
    ['CHANUNAVAIL', { dial_status: 'CHANUNAVAIL' }],
  ] satisfies [string, CallFields][])('a push on the general path with %s is the end', (_what, fields) => {
    expect(stageOf({ ...startFields, ...fields })).toBe('call_end');
  });

  it.each([
    ['zero seconds', { duration_seconds: 0 }, 'call_start'],
    ['ANSWER', { dial_status: 'ANSWER' }, 'call_answered'],
    ['ANSWERED and zero seconds', { dial_status: 'ANSWERED', duration_seconds: 0 }, 'call_answered'],
    ['an unknown status word', { dial_status: 'RINGING' }, 'call_answered'],
  ] as const)('a push on the general path with %s is not the end', (_what, fields, stage) => {
    expect(stageOf({ ...startFields, ...fields })).toBe(stage);
  });

  it.each(['called_number', 'calling_number', 'calling_extension'])(
    'a push on the general path with %s is outbound',
    (name) => {
      expect(stageOf({ started_at: 1e12, duration_seconds: 5, [name]: '1' })).toBe('call_end_outbound');
    },
  );

  it.each(['call_session_id', 'origin_number', 'phone_number'])(
    'a push on the general path with outbound fields and %s is inbound',
    (name) => {
      expect(stageOf({ called_number: '1', calling_number: '2', [name]: '3' })).toBe('call_start');
    },
  );

  it.each(['answering_point', 'extension_number', 'ivr_prompts'])(
    'a push with zeros alone in %s is the start, because zeros are no evidence',
    (name) => {
      for (const zeros of ['0', '00', '0.0'])
        expect(stageOf({ ...startFields, [name]: zeros })).toBe('call_start');
    },
  );

  it('a push with zeros for inbound numbers is outbound, and one with zeros for outbound numbers is inbound', () => {
    expect(stageOf({ ...outboundFields, origin_number: '0', phone_number: '0000000000' })).toBe(
      'call_end_outbound',
    );
    expect(stageOf({ started_at: 1e12, called_number: '0', calling_extension: '0' })).toBe('call_start');
  });

  it('a push with no field at all is the start', () => {
    expect(stageOf({})).toBe('call_start');
  });
});

describe('the request path', () => {
  it.each([
    ['call_start', 'its fields', startFields],
    ['call_start', 'zero seconds', { ...startFields, duration_seconds: 0 }],
    ['call_start', 'one answered field', { ...startFields, dial_time: 1e12 }],
    ['call_start', 'one end field', { ...startFields, duration_seconds: 12 }],
    ['call_start', 'an outbound field', { ...startFields, called_number: '1' }],
    ['call_answered', 'its fields', answeredFields],
    ['call_answered', 'the start alone', startFields],
    ['call_answered', 'zero seconds', { ...answeredFields, duration_seconds: 0 }],
    ['call_answered', 'one end field', { ...answeredFields, duration_seconds: 12 }],
    ['call_end', 'its fields', endFields],
    ['call_end', 'the start alone', startFields],
    ['call_end', 'zero seconds', { ...startFields, duration_seconds: 0 }],
    ['call_end', 'outbound fields beside inbound ones', { ...endFields, called_number: '1' }],
    ['call_end_outbound', 'its fields', outboundFields],
    ['call_end_outbound', 'no number', { started_at: 1e12, duration_seconds: 5 }],
    ['call_end_outbound', 'an id', { ...outboundFields, call_session_id: 'c' }],
    ['call_end_outbound', 'one inbound number', { ...outboundFields, origin_number: '1' }],
    ['call_end_outbound', 'zeros for both', { ...outboundFields, origin_number: '0', phone_number: '+0' }],
    [
      'call_start',
      'zeros in answered fields',
      { ...startFields, extension_number: '0', answering_point: '0' },
    ],
  ] satisfies [Stage, string, CallFields][])(
    'the path %s decides the stage when the push has %s',
    (path, _what, fields) => {
      expect(decideStage(path, fields, new Map())).toEqual({ stage: path });
    },
  );

  it.each([
    ['call_start', 'call_answered', answeredFields],
    ['call_start', 'call_end', endFields],
    ['call_answered', 'call_end', endFields],
    ['call_start', 'call_end_outbound', outboundFields],
    ['call_answered', 'call_end_outbound', outboundFields],
    ['call_end', 'call_end_outbound', outboundFields],
    ['call_end_outbound', 'call_start', startFields],
    ['call_end_outbound', 'call_end', endFields],
    ['call_end_outbound', 'call_end', { ...endFields, called_number: '1' }],
  ] satisfies [Stage, Stage, CallFields][])(
    'the path %s is overruled by several fields of %s, with a warning',
    (path, stage, fields) => {
      expect(decideStage(path, fields, new Map())).toMatchObject({
        stage,
        warning: { field: 'path', code: 'stage_from_fields', received: path },
      });
    },
  );
});

import { describe, expect, it } from 'vitest';
import { jetFields } from '../../src/domain/jet-fields.ts';
import { stages, type Stage } from '../../src/domain/stage.ts';
import { decideStage } from '../../src/intake/decide-stage.ts';

const startFields = ['call_session_id', 'started_at', 'origin_number', 'phone_number'];
const answeredFields = [...startFields, 'dial_status', 'dial_time'];
const endFields = [...answeredFields, 'duration_seconds', 'ended_at', 'session_id'];
const outboundFields = ['started_at', 'ended_at', 'called_number', 'calling_number', 'dial_status'];

describe('without a path the stage of a push', () => {
  it.each(jetFields.filter(({ list }) => list === 'start').map(({ name }) => name))(
    'with no more than %s is the start',
    (name) => {
      expect(decideStage(undefined, new Set([name])).stage).toBe('call_start');
    },
  );

  it.each(jetFields.filter(({ list }) => list === 'answered').map(({ name }) => name))(
    'with %s is answered',
    (name) => {
      expect(decideStage(undefined, new Set([...startFields, name])).stage).toBe('call_answered');
    },
  );

  it.each(['ended_at', 'duration_seconds'])('with %s is the end', (name) => {
    expect(decideStage(undefined, new Set([...answeredFields, name])).stage).toBe('call_end');
  });

  it.each(['called_number', 'calling_number', 'calling_extension'])('with %s is outbound', (name) => {
    expect(decideStage(undefined, new Set(['started_at', 'duration_seconds', name])).stage).toBe(
      'call_end_outbound',
    );
  });

  it('with no field at all is the start', () => {
    expect(decideStage(undefined, new Set()).stage).toBe('call_start');
  });

  it('gives no warning', () => {
    expect(decideStage(undefined, new Set(endFields)).warning).toBeUndefined();
  });
});

describe('a path', () => {
  it.each([
    ['call_start', startFields],
    ['call_answered', answeredFields],
    ['call_end', endFields],
    ['call_end_outbound', outboundFields],
  ] satisfies [Stage, string[]][])('that says %s, as the fields do, gives no warning', (path, fields) => {
    expect(decideStage(path, new Set(fields))).toEqual({ stage: path });
  });

  it.each([
    ['call_answered', 'start', startFields],
    ['call_end', 'start', startFields],
    ['call_end', 'answered', answeredFields],
    ['call_end_outbound', 'end, without inbound numbers', ['started_at', 'duration_seconds']],
    ['call_end_outbound', 'start, without inbound numbers', ['call_session_id']],
  ] satisfies [Stage, string, string[]][])(
    'that says %s stands where fields may be missing: %s',
    (path, _what, fields) => {
      expect(decideStage(path, new Set(fields))).toEqual({ stage: path });
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
  ] satisfies [Stage, Stage, string[]][])(
    'that says %s yields to fields that say %s, with a warning',
    (path, stage, fields) => {
      expect(decideStage(path, new Set(fields))).toMatchObject({
        stage,
        warning: { field: 'path', code: 'stage_from_fields', received: path },
      });
    },
  );

  it.each(stages)('that says %s never makes the stage earlier than the fields do', (path) => {
    expect(decideStage(path, new Set(endFields)).stage).toBe('call_end');
  });
});

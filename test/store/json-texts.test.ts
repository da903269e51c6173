import { describe, expect, it } from 'vitest';
import { foldCall } from '../../src/domain/fold.ts';
import { createJsonTexts } from '../../src/store/rows/json-texts.ts';
import { inboundBodies, pushOf } from '../fixtures/pushes.ts';

const { start, end } = inboundBodies('call-1');
const first = pushOf(start);
const last = pushOf({ ...end, note: 'an "unknown" key\n\u2028' });

describe('the JSON texts of a group', () => {
  it('the text of a push’s parts is the JSON of its fields, extra values and warnings', () => {
    const { fields, extra, warnings } = last;
    expect(createJsonTexts().parsed(last)).toBe(JSON.stringify({ fields, extra, warnings }));
  });

  it('the text of a push is its JSON without its body and warnings', () => {
    const { id, callId, stage, contentHash, receivedAtMs, fields, extra } = last;
    expect(createJsonTexts().push(last)).toBe(
      JSON.stringify({ id, callId, stage, contentHash, receivedAtMs, fields, extra }),
    );
  });

  it('the text of a call holds all its values, also after the text of its only push was made', () => {
    for (const pushes of [[first], [last], [first, last]]) {
      const texts = createJsonTexts();
      pushes.forEach(texts.parsed);
      const call = foldCall(pushes);
      expect(JSON.parse(texts.call(call))).toEqual(JSON.parse(JSON.stringify(call)));
    }
  });

  it('a call of one push shares its fields, so that their text is made once', () => {
    expect(foldCall([first]).fields).toBe(first.fields);
  });

  it('the text of a call with an answer holds the time at which the answered push came', () => {
    const call = foldCall([pushOf(inboundBodies('call-1').answered)]);
    expect(JSON.parse(createJsonTexts().call(call))).toEqual(call);
    expect(call.answerReceivedAtMs).toBeDefined();
  });
});

import { describe, expect, it } from 'vitest';
import {
  callStatus,
  foldStatusWord,
  statusOfWord,
  type CallStatus,
  type StatusMap,
} from '../../src/domain/call-status.ts';

const noMap: StatusMap = new Map();

describe('a dial status', () => {
  it.each([
    ['ANSWER', 'answered'],
    ['ANSWERED', 'answered'],
    ['UNANSWERED', 'missed'],
    ['NOANSWER', 'missed'],
    ['NO ANSWER', 'missed'],
    ['CANCEL', 'abandoned'],
    ['CANCELLED', 'abandoned'],
    ['BUSY', 'busy'],
    ['UNAVAILABLE', 'missed'],
    ['CHANUNAVAIL', 'failed'],
    ['CHANUNAVAILABLE', 'failed'],
    ['CONGESTION', 'failed'],
    ['FAILED', 'failed'],
    // The same words in other spellings.
    ['answered', 'answered'],
    ['Answered', 'answered'],
    ['No Answer', 'missed'],
    ['no_answer', 'missed'],
    ['NO-ANSWER', 'missed'],
    ['Not Answered', 'missed'],
    ['Canceled', 'abandoned'],
    ['  busy ', 'busy'],
    ['Missed', 'missed'],
    ['ABANDONED', 'abandoned'],
  ] satisfies [string, CallStatus][])('the dial status %j means %s', (word, status) => {
    expect(callStatus(word, true, noMap)).toBe(status);
  });

  it.each(['VOICEMAIL', '200', '?', 'constructor', '__proto__'])(
    'the dial status %j has no status',
    (word) => {
      expect(statusOfWord(word, noMap)).toBeUndefined();
    },
  );

  it('an unknown dial status makes the status unknown', () => {
    expect(callStatus('VOICEMAIL', true, noMap)).toBe('unknown');
  });

  it('a dial status counts before the end of the call', () => {
    expect(callStatus('ANSWER', false, noMap)).toBe('answered');
  });
});

describe('a call without a dial status', () => {
  it('a call without a dial status is in progress before its end', () => {
    expect(callStatus(undefined, false, noMap)).toBe('in_progress');
  });

  it('a call without a dial status is unknown after its end', () => {
    expect(callStatus(undefined, true, noMap)).toBe('unknown');
  });
});

describe('the words of JET_STATUS_MAP', () => {
  const map: StatusMap = new Map([
    [foldStatusWord('VOICE MAIL'), 'missed'],
    [foldStatusWord('CONGESTION'), 'busy'],
  ]);

  it('the words of JET_STATUS_MAP add to the built-in words', () => {
    expect(callStatus('voice_mail', true, map)).toBe('missed');
  });

  it('the words of JET_STATUS_MAP override the built-in words', () => {
    expect(callStatus('Congestion', true, map)).toBe('busy');
  });

  it('the words of JET_STATUS_MAP do not change the other built-in words', () => {
    expect(callStatus('CANCEL', true, map)).toBe('abandoned');
  });
});

import { describe, expect, it } from 'vitest';
import { logText } from '../../src/app/log-text.ts';
import { createLogger } from '../../src/app/logger.ts';

/** What a logger writes for people. The tests run in UTC. */
function textOf(work: (log: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  work(createLogger('trace', { write: (line) => void (text += logText(line)) }));
  return text.replace(/^\d\d:\d\d:\d\d/gm, '17:04:06');
}

describe('the log on a terminal', () => {
  it('the log on a terminal shows the time, the message and the address', () => {
    const ready = { level: 'info', time: '2026-11-29T17:04:06.123Z', url: 'http://127.0.0.1:3000' };
    expect(
      logText(JSON.stringify({ ...ready, role: 'all', adapters: ['sql', 'hubspot'], msg: 'Ready' })),
    ).toBe('17:04:06 Ready  http://127.0.0.1:3000  role=all  adapters=sql,hubspot\n');
  });

  it('the log on a terminal puts a remedy on a line of its own', () => {
    expect(textOf((log) => log.warn({ remedy: 'Start it.' }, 'It stopped'))).toBe(
      '17:04:06 Warning: It stopped\n         To do: Start it.\n',
    );
  });

  it('the log on a terminal shows an error with its kind, its place and its cause', () => {
    const error = new TypeError('no good', {
      cause: Object.assign(new Error('away'), { code: 'ECONNREFUSED' }),
    });
    const lines = textOf((log) => log.error({ error }, 'It failed')).split('\n');
    expect(lines[0]).toBe('17:04:06 Error: It failed');
    expect(lines[1]).toBe('         TypeError: no good');
    expect(lines[2]).toMatch(/^ {11}at .*log-text\.test\.ts/);
    expect(lines).toContainEqual('         Error: ECONNREFUSED: away');
  });

  it('the log on a terminal lets no text from outside begin a line or reach the terminal', () => {
    const hostile = 'a\r\n17:04:07 Stopped\u001b[2J\u2028\u202e';
    const text = textOf((log) =>
      log.warn({ callId: hostile, other: { nested: hostile }, url: hostile }, 'A call'),
    );
    expect(text.split('\n')).toHaveLength(2);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u2028\u202e]/);
  });
});

describe('the log elsewhere', () => {
  it('the log elsewhere is JSON with times in ISO 8601 and levels in words', () => {
    let line = '';
    createLogger('info', { write: (text) => void (line = text) }).warn({ count: 2 }, 'Twice');
    expect(JSON.parse(line)).toEqual({
      ...{ level: 'warn', count: 2, msg: 'Twice' },
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
  });
});

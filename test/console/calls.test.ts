import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inboundBodies } from '../fixtures/pushes.ts';
import {
  consolePassword,
  startConsole,
  viewerPassword,
  type ConsoleUnderTest,
} from './console-under-test.ts';

const number = '0412345678';
const inWords = '+61 412 345 678';

let shown: ConsoleUnderTest;
beforeAll(async () => {
  shown = await startConsole();
  const { start, end } = inboundBodies('call-ended');
  await shown.push({ ...start, originnumber: number, servicename: 'Sales' });
  await shown.push({ ...end, originnumber: number, servicename: 'Sales' });
  await shown.push({
    ...inboundBodies('call-ringing').start,
    originnumber: '0298765432',
    servicename: 'Support',
  });
});
afterAll(() => shown.close());

const page = async (
  path: string,
  password = consolePassword,
): Promise<{ status: number; text: string; location: string }> => {
  const { status, text, location } = await (await shown.inSession(password)).get(path);
  return { status, text, location: location ?? '' };
};

describe('the list of calls', () => {
  it('the list shows each call with its status, caller, service and destinations', async () => {
    const { text } = await page('/console/calls');
    for (const word of ['ringing', 'answered', inWords, 'Sales', 'Support', 'sql due'])
      expect(text).toContain(word);
  });

  it.each(['0412 345 678', '+61412345678', '61 412 345 678', '(0412) 345-678'])(
    'the list finds the number %s as people write it',
    async (typed) => {
      const { text } = await page(`/console/calls?q=${encodeURIComponent(typed)}`);
      expect(text).toContain('call-ended');
      expect(text).not.toContain('call-ringing');
    },
  );

  it('the list finds a service by a part of its name, in any case', async () => {
    const { text } = await page('/console/calls?q=suPP');
    expect(text).toContain('call-ringing');
    expect(text).not.toContain('call-ended');
  });

  it('a search for an id leads to the call', async () => {
    const { status, location } = await page('/console/calls?q=call-ended');
    expect([status, location]).toEqual([303, '/console/calls/call-ended']);
  });

  it('the list keeps the filters in the address and in the form', async () => {
    const { text } = await page('/console/calls?status=answered&direction=inbound&destination=sql&state=due');
    expect(text).toContain('call-ended');
    expect(text).not.toContain('call-ringing');
    expect(text).toMatch(/<option value="answered" selected="selected"/);
  });

  it.each([
    ['status=odd', 'status must be one of'],
    ['from=yesterday', 'from must be a time in Australia/Sydney'],
    ['destination=gone', 'destination must be one of'],
    ['state=due', 'A delivery state needs a destination'],
    ['before=x', 'The page cannot be found'],
    ['from=2026-11-28&to=2026-11-27', 'from must not be after to'],
  ])('the list says what is wrong with ?%s', async (query, sentence) => {
    const { status, text } = await page(`/console/calls?${query}`);
    expect(status).toBe(400);
    expect(text).toContain(sentence);
  });

  it('the list of calls masks numbers for a viewer', async () => {
    const { text } = await page('/console/calls', viewerPassword);
    expect(text).toContain('+61 4•• ••• 678');
    expect(text).not.toMatch(/412 ?345/);
  });
});

describe('the page of a call', () => {
  it('the page of a call shows the pushes with sender and body, the winning push of each field, the row and the destinations', async () => {
    const { text } = await page('/console/calls/call-ended');
    for (const word of [
      'call_start',
      'call_end',
      'client ',
      '&#34;originnumber&#34;:&#34;0412345678&#34;',
      'all pushes agree',
      'no other push has it',
      'The reporting row',
      'started_at_utc',
      '2026',
      'sql',
    ])
      expect(text).toContain(word);
  });

  it('the page of a call is not found for an id that no call has', async () => {
    const { status, text } = await page('/console/calls/no-such-call');
    expect(status).toBe(404);
    expect(text).toContain('There is no call with this id');
  });

  it('the page of a call masks numbers for a viewer, also in bodies and in the row', async () => {
    const { text } = await page('/console/calls/call-ended', viewerPassword);
    expect(text).not.toMatch(/412 ?345/);
    expect(text).not.toContain(number);
  });

  it('the page of a call compares with a destination when the operator asks for it', async () => {
    const { status, text } = await page('/console/calls/call-ended?compare=sql');
    expect(status).toBe(200);
    expect(text).toContain('sql would create a record');
  });

  it('the page of a call compares nothing for a viewer', async () => {
    const { status } = await page('/console/calls/call-ended?compare=sql', viewerPassword);
    expect(status).toBe(403);
  });
});

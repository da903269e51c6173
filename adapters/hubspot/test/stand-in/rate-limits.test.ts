import { describe, expect, it } from 'vitest';
import { contacts, searchFor, standIns, type StandInReply } from './stand-in-under-test.ts';

const open = standIns();
const startMs = Date.UTC(2026, 10, 22, 1);

describe('the limits of the stand-in HubSpot', () => {
  it('the stand-in HubSpot allows five searches a second', async () => {
    const hubspot = await open({ clock: () => startMs });
    const answers: StandInReply[] = [];
    for (let count = 0; count < 6; count += 1)
      answers.push(await hubspot.post(`${contacts}/search`, searchFor()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[5]?.body).toMatchObject({ errorType: 'RATE_LIMIT', policyName: 'SECONDLY' });
    expect(answers[5]?.body.message).toBe('You have reached your secondly limit.');
  });

  it('the stand-in HubSpot allows another search a second later', async () => {
    let nowMs = startMs;
    const hubspot = await open({ clock: () => nowMs, limits: { searches: 1 } });
    const statuses: number[] = [];
    for (const stepMs of [0, 999, 1]) {
      nowMs += stepMs;
      statuses.push((await hubspot.post(`${contacts}/search`, searchFor())).status);
    }
    expect(statuses).toEqual([200, 429, 200]);
  });

  it('the answer to a search does not show the limits', async () => {
    const hubspot = await open();
    const { headers } = await hubspot.post(`${contacts}/search`, searchFor());
    expect([...headers.keys()].filter((name) => name.startsWith('x-hubspot'))).toEqual([]);
  });

  it('one limit covers ten seconds for all requests except searches', async () => {
    let nowMs = startMs;
    const hubspot = await open({ clock: () => nowMs, limits: { burst: 2 } });
    const answers: StandInReply[] = [];
    for (const stepMs of [0, 5_000, 4_999, 1]) {
      nowMs += stepMs;
      answers.push(await hubspot.ask('GET', contacts));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
    expect(answers[2]?.body.policyName).toBe('TEN_SECONDLY_ROLLING');
  });

  it('every other answer shows the limits with the remaining requests', async () => {
    const hubspot = await open({ clock: () => startMs });
    await hubspot.ask('GET', contacts);
    const { headers } = await hubspot.ask('GET', contacts);
    const shown = ['max', 'remaining', 'interval-milliseconds', 'daily', 'daily-remaining'].map((name) =>
      headers.get(`x-hubspot-ratelimit-${name}`),
    );
    expect(shown).toEqual(['100', '98', '10000', '250000', '249998']);
  });

  it('the daily limit ends at midnight of the account', async () => {
    let nowMs = Date.parse('2026-11-22T12:59:00Z');
    const hubspot = await open({ clock: () => nowMs, limits: { daily: 1 }, timeZone: 'Australia/Sydney' });
    const answers: StandInReply[] = [];
    for (const stepMs of [0, 30_000, 30_000]) {
      nowMs += stepMs;
      answers.push(await hubspot.ask('GET', contacts));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 200]);
    expect(answers[1]?.body.policyName).toBe('DAILY');
  });

  it('a refused request does not count', async () => {
    let nowMs = startMs;
    const hubspot = await open({ clock: () => nowMs, limits: { burst: 1 } });
    await hubspot.ask('GET', contacts);
    nowMs += 9_999;
    await hubspot.ask('GET', contacts);
    nowMs += 1;
    expect((await hubspot.ask('GET', contacts)).status).toBe(200);
  });
});

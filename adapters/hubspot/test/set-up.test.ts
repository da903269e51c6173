import { afterEach, describe, expect, it } from 'vitest';
import { hubspot } from '../index.ts';
import { callKey, contactKey } from '../check/properties.ts';
import { readSettings } from '../../../src/config/read-settings.ts';
import { createAdapter } from '../../../src/app/create-adapter.ts';
import { capabilitiesUnder } from '../../../src/contract/adapter.ts';
import type { Adapter, Finding } from '../../../src/contract/index.ts';
import { adapterSurroundings } from '../../../test/fixtures/adapter-surroundings.ts';
import { fieldsFile } from './fields-file.ts';
import { startHubspotStandIn, type HubspotStandIn } from './stand-in/hubspot-stand-in.ts';
import type { HubspotStandInOptions } from './stand-in/stand-in-options.ts';

let portal: HubspotStandIn;
let adapter: Adapter;
afterEach(async () => {
  await adapter.close();
  await portal.close();
});

async function open(
  options: HubspotStandInOptions = {},
  settings: Record<string, string> = {},
): Promise<void> {
  portal = await startHubspotStandIn(options);
  const environment = { HUBSPOT_ACCESS_TOKEN: portal.token, HUBSPOT_BASE_URL: portal.url, ...settings };
  const { adapters } = readSettings({ ADAPTERS: 'hubspot', ...environment }, [hubspot]);
  adapter = createAdapter(hubspot, adapters.get('hubspot') ?? {}, adapterSurroundings());
}

const signal = new AbortController().signal;
const setUp = async (): Promise<readonly Finding[]> => (await adapter.setup?.(signal)) ?? [];
const levels = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ level }) => level))];

describe('setting up a portal', () => {
  it('setup creates a unique key property on calls, and then check finds no fault', async () => {
    await open({ tokenKind: 'service key' });
    expect((await adapter.check(signal)).map(({ message }) => message)).toContain(
      `The portal has no property ${callKey} on calls.`,
    );
    expect(await setUp()).toEqual([{ level: 'ok', message: `The property ${callKey} was made (unique).` }]);
    expect(levels(await adapter.check(signal))).toEqual(['ok']);
  });

  it('a repeated setup changes nothing', async () => {
    await open({}, { HUBSPOT_UNMATCHED: 'create' });
    await setUp();
    portal.forget();
    expect((await setUp()).map(({ message }) => message)).toEqual([
      `The property ${callKey} is there (unique).`,
      `The property ${contactKey} is there (unique).`,
    ]);
    expect(portal.counts()).toEqual({ 'properties.list': 2 });
  });

  it('setup says what to do when the portal refuses a unique property on calls, and then creates a plain one', async () => {
    await open({ uniqueOnCalls: 'refused' });
    expect(await setUp()).toMatchObject([
      { level: 'fault', remedy: expect.stringContaining('HUBSPOT_KEY=search') as string },
    ]);
    await adapter.close();
    await portal.close();
    await open({ uniqueOnCalls: 'refused' }, { HUBSPOT_KEY: 'search' });
    expect(await setUp()).toEqual([
      { level: 'ok', message: `The property ${callKey} was made (not unique).` },
    ]);
    expect(levels(await adapter.check(signal))).toEqual(['ok', 'warning']);
  });

  it('setup says what to do when a property of that name exists and is not unique', async () => {
    await open({ properties: { calls: [{ name: callKey }] } });
    expect(await setUp()).toMatchObject([
      { level: 'fault', remedy: expect.stringContaining('Delete') as string },
    ]);
  });

  it('setup says which scope it lacks', async () => {
    await open({ scopes: ['crm.objects.contacts.read'] });
    expect(await setUp()).toMatchObject([
      { level: 'fault', remedy: expect.stringContaining('crm.') as string },
    ]);
  });
});

describe('check', () => {
  it('check shows how many requests remain today', async () => {
    await open({ limits: { daily: 1000 } });
    const found = (await adapter.check(signal)).map(({ message }) => message);
    expect(found).toContainEqual(expect.stringMatching(/^9\d\d of 1000 requests remain today\.$/));
  });

  it('check names users in the owner table who are not owners or were deactivated', async () => {
    const owners = [{ id: '501', email: 'sam@example.com', archived: true }];
    await open({ owners }, { HUBSPOT_OWNERS: '201=sam@example.com, Front desk=nobody@example.com' });
    const found = (await adapter.check(signal)).map(({ message }) => message);
    expect(found).toContain('The owner for 201 was deactivated in HubSpot.');
    expect(found).toContain('The owner for front desk is not an owner in HubSpot.');
  });

  it('check names the scopes that a read-only token lacks', async () => {
    const scopes = ['contacts.read', 'companies.read', 'companies.write'].map((one) => `crm.objects.${one}`);
    await open({
      scopes: [...scopes, 'crm.schemas.contacts.read'],
      properties: { calls: [{ name: callKey, hasUniqueValue: true }] },
    });
    const findings = await adapter.check(signal);
    expect(findings.filter(({ level }) => level !== 'ok')).toMatchObject([
      {
        level: 'warning',
        message:
          'The token belongs to a legacy private app. HubSpot has announced the end of such apps for September 2027.',
        remedy: expect.stringContaining('service key') as string,
      },
      { level: 'warning', message: 'The token lacks crm.objects.contacts.write.' },
    ]);
  });

  it('check reports no scopes when HubSpot does not list them, as for a service key', async () => {
    await open({ tokenKind: 'service key' });
    expect((await adapter.check(signal)).map(({ message }) => message).join()).not.toContain('scope');
  });

  it('check warns of a mapped property only when its type differs from the field’s', async () => {
    const HUBSPOT_FIELDS = await fieldsFile({
      ...{ started_at: 'a_moment', wait_seconds: 'a_number', gclid: 'a_bool' },
    });
    const calls = [
      { name: callKey, hasUniqueValue: true },
      { name: 'a_moment', type: 'datetime' },
      { name: 'a_number', type: 'number' },
      { name: 'a_bool', type: 'bool' },
    ] as const;
    await open({ tokenKind: 'service key', properties: { calls } }, { HUBSPOT_FIELDS });
    const warned = (await adapter.check(signal)).filter(({ level }) => level !== 'ok');
    expect(warned).toMatchObject([
      { message: 'HUBSPOT_FIELDS maps gclid to a_bool, which is of type bool.' },
    ]);
  });

  it('check says what to do when HubSpot is unreachable', async () => {
    await open({}, { HUBSPOT_BASE_URL: 'http://127.0.0.1:9' });
    expect(await adapter.check(signal)).toMatchObject([
      { level: 'fault', remedy: expect.stringContaining('HUBSPOT_BASE_URL') as string },
    ]);
  });
});

describe('the address of HubSpot', () => {
  const read = (url: string) =>
    readSettings({ ADAPTERS: 'hubspot', HUBSPOT_ACCESS_TOKEN: 'pat-12345678', HUBSPOT_BASE_URL: url }, [
      hubspot,
    ]);

  it('the address of HubSpot can use plain HTTP only on this machine, because it carries the token', async () => {
    await open();
    expect(() => read('http://hubspot.example.com')).toThrow('https://');
    for (const url of ['https://proxy.example.com', 'http://localhost:8080', 'http://[::1]:1'])
      expect(read(url).adapters.get('hubspot')).toMatchObject({ HUBSPOT_BASE_URL: url });
  });
});

describe('the definition under its settings', () => {
  const under = (settings: Record<string, string>) => {
    const { adapters } = readSettings(
      { ADAPTERS: 'hubspot', HUBSPOT_ACCESS_TOKEN: 'pat-12345678', ...settings },
      [hubspot],
    );
    return capabilitiesUnder(hubspot, adapters.get('hubspot') ?? {});
  };

  it('the adapter waits for the end of a call, and for every stage under HUBSPOT_LOG=live', async () => {
    await open();
    expect(under({}).stages).toEqual(['call_end', 'call_end_outbound']);
    expect(under({ HUBSPOT_LOG: 'live' }).stages).toContain('call_start');
  });

  it('the adapter looks before it writes when the key is not unique', async () => {
    await open();
    expect(under({}).idempotency).toBe('native');
    expect(under({ HUBSPOT_KEY: 'search' }).idempotency).toBe('lookup');
  });
});

import { Agent } from 'node:http';
import { Client } from '@hubspot/api-client';
import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js';
import { AssociationSpecAssociationCategoryEnum } from '@hubspot/api-client/lib/codegen/crm/objects/calls/models/AssociationSpec.js';
import {
  PropertyCreateFieldTypeEnum,
  PropertyCreateTypeEnum,
} from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js';
import { describe, expect, it } from 'vitest';
import { keyProperty, standIns } from './stand-in-under-test.ts';

const open = standIns();
/** Without it the client's agent and middleware do nothing. */
const each = { middleware: [], middlewareMergeStrategy: 'append' as const };
const hs_timestamp = '2026-11-22T01:00:00.000Z';
const seeds = { contacts: [{ id: '7', properties: { phone: '0412 345 678', hubspot_owner_id: '31' } }] };

/** Ends a connection on which nothing comes, fresh or used before. */
class ImpatientAgent extends Agent {
  override createConnection(
    ...given: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const socket = super.createConnection(...given);
    socket?.on('timeout', () => socket.destroy(new Error('nothing came')));
    return socket;
  }
}

function clientOf({ url, token }: { url: string; token: string }, more: object = {}): Client {
  return new Client({ accessToken: token, basePath: url, numberOfApiCallRetries: 0, ...more });
}

function input(key: string, to: string[] = []) {
  return {
    properties: { [keyProperty]: key, hs_timestamp },
    associations: to.map((id) => ({
      to: { id },
      types: [
        {
          associationCategory: AssociationSpecAssociationCategoryEnum.HubspotDefined,
          associationTypeId: 194,
        },
      ],
    })),
    objectWriteTraceId: key,
  };
}

describe('the vendor client at the stand-in HubSpot', () => {
  it('the vendor client finds contacts', async () => {
    const hubspot = await open(seeds);
    const propertyName = 'hs_searchable_calculated_phone_number';
    const filters = [{ propertyName, operator: FilterOperatorEnum.In, values: ['412345678'] }];
    const found = await clientOf(hubspot).crm.contacts.searchApi.doSearch(
      { filterGroups: [{ filters }], properties: ['phone'], sorts: [], limit: 200, after: '0' },
      each,
    );
    expect(found.results[0]).toMatchObject({ id: '7', properties: { phone: '0412 345 678' } });
  });

  it('the vendor client creates calls with associations', async () => {
    const hubspot = await open(seeds);
    const made = await clientOf(hubspot).crm.objects.calls.batchApi.create(
      { inputs: [input('a', ['7'])] },
      each,
    );
    expect(hubspot.record('calls', made.results[0]?.id ?? '')?.contacts).toEqual(['7']);
  });

  it('the vendor client accepts a 207 and reports its errors', async () => {
    const hubspot = await open();
    const inputs = [input('a', ['404']), input('b')];
    const made = await clientOf(hubspot).crm.objects.calls.batchApi.create({ inputs }, each);
    expect(made).toMatchObject({ numErrors: 1, errors: [{ context: { objectWriteTraceId: ['a'] } }] });
  });

  it('the vendor client upserts calls and reports which calls are new', async () => {
    const hubspot = await open();
    const body = { inputs: [{ id: 'a', idProperty: keyProperty, properties: { hs_timestamp } }] };
    const { batchApi } = clientOf(hubspot).crm.objects.calls;
    const replies = [await batchApi.upsert(body, each), await batchApi.upsert(body, each)];
    expect(replies.map(({ results }) => results[0]?._new)).toEqual([true, false]);
  });

  it('the vendor client updates calls by id', async () => {
    const hubspot = await open();
    const id = hubspot.person.add('calls', { properties: { hs_timestamp } });
    const inputs = [{ id, properties: { hs_call_title: 'New' } }];
    await clientOf(hubspot).crm.objects.calls.batchApi.update({ inputs }, each);
    expect(hubspot.record('calls', id)?.properties.hs_call_title).toBe('New');
  });

  it('the vendor client makes default associations', async () => {
    const hubspot = await open(seeds);
    const id = hubspot.person.add('calls', { properties: { hs_timestamp } });
    const inputs = [{ _from: { id }, to: { id: '7' } }];
    await clientOf(hubspot).crm.associations.v4.batchApi.createDefault('calls', 'contacts', { inputs }, each);
    expect(hubspot.record('calls', id)?.contacts).toEqual(['7']);
  });

  it('the vendor client makes properties and reads them', async () => {
    const hubspot = await open();
    const { coreApi } = clientOf(hubspot).crm.properties;
    const property = {
      name: 'new_key',
      label: 'New key',
      groupName: 'call_information',
      hasUniqueValue: true,
      type: PropertyCreateTypeEnum.String,
      fieldType: PropertyCreateFieldTypeEnum.Text,
    };
    await coreApi.create('calls', property, each);
    const read = await coreApi.getByName('calls', 'new_key', false, undefined, each);
    expect(read.hasUniqueValue).toBe(true);
  });

  it('the vendor client lists owners', async () => {
    const hubspot = await open({ owners: [{ id: '31', email: 'ann@example.com' }] });
    const { ownersApi } = clientOf(hubspot).crm.owners;
    const { results } = await ownersApi.getPage(undefined, undefined, 100, false, each);
    expect(results).toMatchObject([{ id: '31', email: 'ann@example.com' }]);
  });

  it('the vendor client reaches a dated version by a middleware that rewrites the path', async () => {
    const hubspot = await open();
    const rewrite = {
      pre(context: { getUrl(): string; setUrl(url: string): void }) {
        context.setUrl(context.getUrl().replace('/crm/v3/objects', '/crm/objects/2026-03'));
        return Promise.resolve(context);
      },
      post: (context: unknown) => Promise.resolve(context),
    };
    const client = clientOf(hubspot, { middleware: [rewrite] });
    await client.crm.objects.calls.batchApi.create({ inputs: [input('a')] }, each);
    expect(hubspot.requests('calls.create')[0]?.apiVersion).toBe('2026-03');
  });

  it('the vendor client treats the 302 of a create as success, and writes nothing', async () => {
    const hubspot = await open();
    hubspot.stage('302');
    const update = { inputs: [{ id: '1', properties: { hs_call_title: 'New' } }] };
    const replies = await clientOf(hubspot).crm.objects.calls.batchApi.update(update, each);
    expect([replies.status, replies.results]).toEqual(['COMPLETE', []]);
  });

  it.each(['200', '202'] as const)(
    'the vendor client throws at %s instead of the documented 201, although the calls were created',
    async (fault) => {
      const hubspot = await open();
      hubspot.stage(fault);
      const made = clientOf(hubspot).crm.objects.calls.batchApi.create({ inputs: [input('a')] }, each);
      await expect(made).rejects.toMatchObject({ code: Number(fault) });
      expect(hubspot.records('calls')).toHaveLength(1);
    },
  );

  it.each(['502 without content type', '503 empty', 'truncated answer'] as const)(
    'the vendor client does not report the status of "%s"',
    async (fault) => {
      const hubspot = await open();
      hubspot.stage(fault);
      const made = clientOf(hubspot).crm.objects.calls.batchApi.create({ inputs: [input('a')] }, each);
      const error: unknown = await made.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect((error as { code?: unknown }).code).toBeUndefined();
    },
  );

  it('the vendor client reports a reset with its code', async () => {
    const hubspot = await open();
    hubspot.stage('reset after the write');
    const made = clientOf(hubspot).crm.objects.calls.batchApi.create({ inputs: [input('a')] }, each);
    await expect(made).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(hubspot.records('calls')).toHaveLength(1);
  });

  it.each(['silence', 'body stall'] as const)(
    'the agent of the vendor client ends %s on a reused connection',
    async (fault) => {
      const hubspot = await open();
      const httpAgent = new ImpatientAgent({ keepAlive: true, maxSockets: 1, timeout: 200 });
      const { batchApi } = clientOf(hubspot, { httpAgent }).crm.objects.calls;
      await batchApi.create({ inputs: [input('a')] }, each);
      hubspot.stage(fault, { socket: 'reused' });
      await expect(batchApi.create({ inputs: [input('b')] }, each)).rejects.toThrow();
      expect(hubspot.requests().map(({ socket, faulty }) => [socket, faulty])).toEqual([
        ['fresh', false],
        ['reused', true],
      ]);
      httpAgent.destroy();
    },
  );
});

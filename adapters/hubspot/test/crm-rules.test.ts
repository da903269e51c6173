import { onTestFinished } from 'vitest';
import { users, type CrmHarness } from '../../../test/adapter-kit/crm-rules/crm-harness.ts';
import { describeCrmRules } from '../../../test/adapter-kit/crm-rules/describe-crm-rules.ts';
import { callFrom, openPortal } from './portal-under-test.ts';

const harness: CrmHarness = {
  title: 'HubSpot',
  prefix: 'HUBSPOT',
  anotherResult: 'b2cf5968-551e-4856-9783-52b3da59a7d0',
  call: (number, id, given) => callFrom(number, id, given),
  async open(settings = {}) {
    const ids = new Map(users.map((email, at) => [email, String(501 + at)]));
    const owners = [...ids].map(([email, id]) => ({ id, email }));
    const prefixed = Object.entries(settings).map(([name, value]) => [`HUBSPOT_${name}`, value]);
    const test = await openPortal({ owners }, Object.fromEntries(prefixed) as Record<string, string>);
    onTestFinished(() => test.close());
    const { portal } = test;
    let added = 0;
    return {
      adapter: () => test.adapter(),
      restart: () => test.restart(),
      pass: (ms) => test.clock.moveBy(ms),
      deliver: (batch) => test.deliver(batch),
      activities: () =>
        portal.records('calls').map(({ id, properties, contacts }) => ({
          id,
          title: properties.hs_call_title ?? '',
          result: properties.hs_call_disposition,
          durationSeconds:
            properties.hs_call_duration === undefined
              ? undefined
              : Number(properties.hs_call_duration) / 1000,
          personId: contacts[0],
          ownerId: properties.hubspot_owner_id,
          isOpen: ['RINGING', 'IN_PROGRESS'].includes(properties.hs_call_status ?? ''),
        })),
      person: {
        addContact({ phone, ownerId }) {
          added += 1;
          const properties = {
            email: `person-${added}@example.com`,
            ...(phone !== undefined && { phone }),
            ...(ownerId !== undefined && { hubspot_owner_id: ownerId }),
          };
          return portal.person.add('contacts', { properties });
        },
        removeContact: (id) => portal.person.remove('contacts', id),
        edit: (id, { title, result, ownerId }) =>
          portal.person.edit('calls', id, {
            ...(title !== undefined && { hs_call_title: title }),
            ...(result !== undefined && { hs_call_disposition: result }),
            ...(ownerId !== undefined && { hubspot_owner_id: ownerId }),
          }),
        link: (id, contactId) => portal.person.link(id, { contacts: [contactId] }),
        remove: (id) => portal.person.remove('calls', id),
      },
      users: ids,
      made: () => portal.records('contacts').length - added,
      searches: () => portal.counts()['contacts.search'] ?? 0,
      loseReply: () => portal.stage('reset after the write', { on: 'calls.create' }),
    };
  },
};

describeCrmRules(harness);

import { users, type CrmHarness } from '../../../test/adapter-kit/crm-rules/crm-harness.ts';
import { describeCrmRules } from '../../../test/adapter-kit/crm-rules/describe-crm-rules.ts';
import { callFrom, idOf, openOrg } from './org-under-test.ts';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const harness: CrmHarness = {
  title: 'Salesforce',
  prefix: 'SALESFORCE',
  anotherResult: 'Wants a quote',
  call: (number, id, given) => callFrom(number, given, id),
  async open(settings = {}) {
    const prefixed = Object.entries(settings).map(([name, value]) => [`SALESFORCE_${name}`, value]);
    const test = await openOrg(Object.fromEntries(prefixed) as Record<string, string>);
    const { org } = test;
    const ids = new Map(
      users.map((email) => [
        email,
        org.add('User', { LastName: email, Email: email, Username: `${email}.org`, IsActive: true }),
      ]),
    );
    return {
      adapter: test.adapter,
      restart() {
        test.restart();
        return Promise.resolve();
      },
      pass: test.pass,
      deliver: async (batch) => new Map((await test.deliver(batch)).map((outcome) => [outcome.id, outcome])),
      activities: () =>
        test.tasks().map((task) => ({
          id: idOf(task),
          title: textOf(task.Subject) ?? '',
          result: textOf(task.CallDisposition),
          durationSeconds:
            typeof task.CallDurationInSeconds === 'number' ? task.CallDurationInSeconds : undefined,
          personId: textOf(task.WhoId),
          ownerId: task.OwnerId === org.integrationUserId ? undefined : textOf(task.OwnerId),
          isOpen: task.Status === 'In Progress',
        })),
      person: {
        addContact: ({ phone, ownerId }) =>
          org.add('Contact', {
            LastName: 'Somebody',
            ...(phone !== undefined && { Phone: phone }),
            ...(ownerId !== undefined && { OwnerId: ownerId }),
          }),
        removeContact: (id) => org.people.delete(id),
        edit: (id, { title, result, ownerId }) =>
          org.people.edit(id, {
            ...(title !== undefined && { Subject: title }),
            ...(result !== undefined && { CallDisposition: result }),
            ...(ownerId !== undefined && { OwnerId: ownerId }),
          }),
        link: (id, contactId) => org.people.edit(id, { WhoId: contactId }),
        remove: (id) => org.people.delete(id),
      },
      users: ids,
      made: () => org.records('Lead').length,
      searches: () => org.log.of('search').length,
      loseReply: () => org.stage({ name: 'reset after the write' }, { on: 'create' }),
    };
  },
};

describeCrmRules(harness);

import { describe, expect, it } from 'vitest';
import { annsNumber, callFrom, fieldMap, openOrg } from './org-under-test.ts';

describe('a mapped text that is longer than 255 characters', () => {
  const url = `https://www.example.com.au/solar?gclid=${'x'.repeat(317)}`;
  const settings = (): Record<string, string> => ({
    SALESFORCE_FIELDS: fieldMap({ landing_page_url: 'Landing__c' }),
  });
  const landing = (type: 'string' | 'textarea', length: number) =>
    ({ object: 'Task', name: 'Landing__c', type, length }) as const;
  const callOf = (id: string) => callFrom(annsNumber, { landing_page_url: url }, id);

  it('a long mapped text is complete in a Long Text Area, and the org is asked once for its length', async () => {
    const { org, land, tasks } = await openOrg(settings(), { extraFields: [landing('textarea', 32_768)] });
    await land(callOf('call-1'));
    await land(callOf('call-2'));
    expect(tasks().map((task) => task.Landing__c)).toEqual([url, url]);
    expect(org.log.billableByKind()).toEqual({ search: 1, describe: 1, create: 2 });
  });

  it('a long mapped text is cut at the length of a shorter field, without a refusal', async () => {
    const { org, land, task } = await openOrg(settings(), { extraFields: [landing('string', 100)] });
    await land(callOf('call-1'));
    expect(task()).toMatchObject({ Landing__c: url.slice(0, 100) });
    expect(org.log.of('create')).toHaveLength(1);
  });

  it('a long mapped text uses the whole length of a field that was widened later', async () => {
    const { org, land, pass, tasks } = await openOrg(settings(), { extraFields: [landing('string', 100)] });
    await land(callOf('call-1'));
    pass(7 * 3_600_000);
    await land(callOf('call-2'));
    expect(org.log.of('describe')).toHaveLength(2);
    expect(tasks()).toHaveLength(2);
  });

  it('a short mapped text costs no description request', async () => {
    const { org, land } = await openOrg(settings(), { extraFields: [landing('textarea', 32_768)] });
    await land(callFrom(annsNumber, { landing_page_url: 'https://example.com/' }));
    expect(org.log.of('describe')).toHaveLength(0);
  });

  it('a long mapped text lands shortened when the org refuses to describe its fields', async () => {
    const { org, land, task } = await openOrg(settings(), { extraFields: [landing('string', 255)] });
    org.stage({ name: 'unknown exception' }, { on: 'describe' });
    await land(callOf('call-1'));
    expect(task()).toMatchObject({ Landing__c: url.slice(0, 255) });
  });
});

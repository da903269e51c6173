import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';
import {
  startHubspotStandIn,
  type HubspotStandIn,
} from '../../adapters/hubspot/test/stand-in/hubspot-stand-in.ts';

describe('npm run adapter:setup', () => {
  let folder: CommandFolder;
  let portal: HubspotStandIn;
  beforeEach(async () => {
    folder = await makeCommandFolder();
    portal = await startHubspotStandIn({ uniqueOnCalls: 'accepted' });
  });
  afterEach(async () => {
    await portal.close();
    await folder.remove();
  });

  it('adapter:setup makes what an adapter needs, and reports it again when it exists', async () => {
    const settings = { HUBSPOT_ACCESS_TOKEN: portal.token, HUBSPOT_BASE_URL: portal.url };
    const first = await folder.run('adapter-setup', ['hubspot'], settings);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('was made (unique)') as string });
    const second = await folder.run('adapter-setup', ['hubspot'], settings);
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('is there (unique)') as string });
  });

  it('adapter:setup ends with an error and a remedy when it could not create something', async () => {
    const settings = { HUBSPOT_ACCESS_TOKEN: 'wrong-token', HUBSPOT_BASE_URL: portal.url };
    const { code, stdout } = await folder.run('adapter-setup', ['hubspot'], settings);
    expect(code).toBe(1);
    expect(stdout).toContain('set HUBSPOT_ACCESS_TOKEN');
    expect(stdout).not.toContain('wrong-token');
  });

  it('adapter:setup says that there is nothing to set up for an adapter that needs nothing', async () => {
    expect(await folder.run('adapter-setup', ['sql'])).toMatchObject({
      code: 0,
      stdout: 'There is nothing to set up for sql.\n',
    });
  });
});

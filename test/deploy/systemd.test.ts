import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engines } from '../fixtures/engines.ts';
import { receiverCommand, startProcess } from '../fixtures/receiver-process.ts';

const unit = readFileSync(new URL('../../docs/deploy/jet-receiver.service', import.meta.url), 'utf8');
const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const settingOf = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

const canVerify = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!canVerify) console.info('Not tested here: the unit by systemd (no systemd-analyze)');
const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!canMount) console.info('Not tested here: the unit on a read-only folder (no right to unshare)');

describe('docs/deploy/jet-receiver.service', () => {
  it.skipIf(!canVerify)('systemd accepts the shipped service', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jet-unit-'));
    const file = join(folder, 'jet-receiver.service');
    // Only the path of Node is changed for this machine.
    writeFileSync(file, unit.replace('/usr/bin/node', process.execPath));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    const aboutOurs = stderr.split('\n').filter((line) => line.includes('jet-receiver'));
    expect([status, aboutOurs]).toEqual([0, []]);
  });

  it('the shipped service can write only to the folders that the steps create', () => {
    const made = [...operations.matchAll(/^ *install -d -o jet-receiver .* (\/\S+)/gm)].map(
      ([, path]) => path,
    );
    expect(settingOf('ProtectSystem')).toBe('strict');
    expect(settingOf('ReadWritePaths')).toBe('-/srv/jet-reporting');
    expect(made).toContain('/srv/jet-reporting');
    expect(operations).toContain(`ln -s /var/lib/${settingOf('StateDirectory')} data`);
    expect(operations).toContain('REPORTING_DATABASE_URL=sqlite:/srv/jet-reporting/');
    expect(operations).toContain(`git clone <where you have it from> ${settingOf('WorkingDirectory')}`);
  });
});

// The folders as the steps create them. The kit's own folder is read-only, as under ProtectSystem=strict.
for (const engine of engines) {
  describe.skipIf(!engine.given || !canMount)(
    `the folders of the steps, with a store on ${engine.title}`,
    () => {
      let root: string;
      let kit: string;
      let state: string;
      beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), 'jet-layout-'));
        kit = join(root, 'opt');
        state = join(root, 'var');
        for (const folder of [kit, state]) mkdirSync(folder);
        symlinkSync(state, join(kit, 'data'));
      });
      afterEach(() => rmSync(root, { recursive: true, force: true }));

      it('the receiver starts in the folders of the steps, and makes its files only in the folders for data', async () => {
        const database = engine.dialect === 'sqlite' ? undefined : await engine.fresh();
        const settings: Record<string, string> =
          database === undefined ? {} : { DATABASE_URL: database.url, REPORTING_DATABASE_URL: database.url };
        const readOnly = `mount --bind ${kit} ${kit} && mount -o remount,ro,bind ${kit} && cd ${kit} && exec "$@"`;
        const command = ['unshare', '--mount', 'sh', '-c', readOnly, 'layout', ...receiverCommand];
        const receiver = startProcess(kit, settings, command);
        try {
          await receiver.ready();
          receiver.child.kill('SIGTERM');
          expect(await receiver.exited).toBe(0);
        } finally {
          receiver.child.kill('SIGKILL');
          await receiver.exited;
          await database?.drop();
        }
        expect(receiver.output()).toContain('"shownIn"');
        expect(receiver.output()).not.toContain('could not be shown');
        expect(readdirSync(state)).toEqual(expect.arrayContaining(['first-start.txt', 'secret-key']));
        expect(readdirSync(kit)).toEqual(['data']);
      });
    },
  );
}

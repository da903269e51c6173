import { mkdir, mkdtemp, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeAdapterContract } from '../../../test/adapter-kit/describe-adapter-contract.ts';
import type { Fault, StandIn } from '../../../test/adapter-kit/subject.ts';
import { template } from '../index.ts';
import type { Line } from '../mapping.ts';

// The kit states the contract and tests the adapter. This file gives the kit a destination that reports what really
// landed, and misbehaves on request. For an HTTP API, use test/adapter-kit/http-stand-in.ts.
describeAdapterContract({
  definition: template,
  folder: join(import.meta.dirname, '..'),
  sampleSettings: { TEMPLATE_PATH: './data/sample.jsonl' },
  // A file cannot ask for a pause, be silent or slow, or lose a reply. The kit names the sentences that it skips.
  faults: ['refused credentials', 'a server error'],
  comparesRevisions: true,
  unacceptable: (call) => ({ ...call, attributes: 'x'.repeat(200_000) }),
  openStandIn,
});

async function openStandIn(): Promise<StandIn> {
  const top = await mkdtemp(join(tmpdir(), 'jet-template-'));
  const folder = join(top, 'drive');
  const path = join(folder, 'calls.jsonl');
  let behave = (): Promise<unknown> => Promise.resolve();

  const misbehave = async (fault: Fault | undefined): Promise<void> => {
    switch (fault?.name) {
      case 'refused credentials':
        // A folder in place of the file: nobody can write it as a file.
        await rename(path, `${path}-kept`).catch(() => undefined);
        await mkdir(path);
        behave = async () => {
          await rmdir(path);
          await rename(`${path}-kept`, path).catch(() => undefined);
        };
        break;
      case 'a server error':
        // The drive is missing.
        await rename(folder, `${folder}-away`);
        behave = () => rename(`${folder}-away`, folder);
        break;
    }
  };

  return {
    settings: { TEMPLATE_PATH: path },
    async records() {
      const text = await readFile(path, 'utf8').catch(() => '');
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.map((line) => {
        const landed = JSON.parse(line) as Line;
        const { key, seconds } = landed;
        return { key, remoteId: key, durationSeconds: seconds ?? undefined, shown: landed };
      });
    },
    async stage(fault) {
      await behave();
      behave = () => Promise.resolve();
      await misbehave(fault);
    },
    close: () => rm(top, { recursive: true, force: true }),
  };
}

import { loadSecretKeys, requireKeyOfClients } from '../auth/secret-key.ts';
import { secretKeyFile } from '../app/data-folder.ts';
import { pastTime, runHousekeeping } from '../app/housekeeping.ts';
import { createLogger } from '../app/logger.ts';
import { counted } from '../domain/shown/counted.ts';
import { countPastTime } from '../store/upkeep/count-past-time.ts';
import { readRemovalMark } from '../store/upkeep/removal-mark.ts';
import { createCommand, runCommand, withStore } from './command-context.ts';
import { print } from './print.ts';

const command = createCommand(
  'trim',
  'Shows how much data is past its retention (RETENTION_DAYS, expired tokens and approvals). With --yes it is removed now, even if the clock has jumped.',
)
  .option('--yes', 'remove the data; this cannot be undone')
  .action(async ({ yes = false }: { yes?: boolean }) => {
    await withStore(async ({ settings: { core }, store }) => {
      const nowMs = Date.now();
      const counts = await countPastTime(store, pastTime(core.RETENTION_DAYS, nowMs));
      const { seenMs } = await readRemovalMark(store, nowMs);
      print(`The clock says ${isoTime(nowMs)}. The last trusted time is ${isoTime(seenMs)}.`);
      print(
        core.RETENTION_DAYS === 0
          ? 'RETENTION_DAYS is 0, so calls are kept. Other rows past their retention:'
          : `RETENTION_DAYS is ${core.RETENTION_DAYS}. Rows past their retention:`,
      );
      for (const [kind, count] of counts) print(`  ${String(count).padStart(9)} ${kind}`);
      if (!yes) {
        print(
          'Nothing was removed. If the clock is right, you can remove these rows now: npm run trim -- --yes',
        );
        return;
      }
      const secretKeys = loadSecretKeys(core, secretKeyFile(core), false);
      await requireKeyOfClients(store, secretKeys);
      const removed = await runHousekeeping(
        {
          ...{ store, secretKey: secretKeys.present, clock: Date.now, isConfirmed: true },
          retentionDays: core.RETENTION_DAYS,
          log: createLogger('warn'),
          onTrimmed: () => undefined,
        },
        new AbortController().signal,
      );
      if (removed === undefined)
        throw new Error(
          'Nothing was removed, because another process is removing old data now. Try again in some minutes.',
        );
      const total = [...removed.values()].reduce((sum, count) => sum + count, 0);
      print(
        `${counted(total, 'row was', 'rows were')} removed. Calls with deliveries that are due or exhausted stay.`,
      );
    });
  });

await runCommand(command);

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

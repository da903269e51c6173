import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { storeMigrations } from '../store/migrations/index.ts';
import { keptSecretKey, markOfKey } from '../auth/secret-key.ts';
import type { CoreSettings } from '../config/core-schema.ts';
import { secretKeyFile } from '../app/data-folder.ts';
import { readBackup, type BackupNotes } from '../store/upkeep/backup.ts';
import { databaseFile } from '../database/open-database.ts';
import { restoreStore, StoreInUse } from '../store/upkeep/restore.ts';
import { createCommand, runCommand } from './command-context.ts';
import { loadSettings } from './load-settings.ts';
import { requireNoReceiver } from './require-no-receiver.ts';
import { useServerTools } from './use-server-tools.ts';
import { print } from './print.ts';

const command = createCommand(
  'restore',
  'Replaces the store with a backup, and keeps the old store. Stop the receiver first. SQLite only.',
)
  .argument('<file>', 'a file that "npm run backup" made')
  .action(async (given: string) => {
    const { core } = loadSettings();
    const storeFile = databaseFile(core.DATABASE_URL);
    if (storeFile === undefined) throw useServerTools(core.DATABASE_URL, 'restore');
    const backupFile = resolve(given);
    const notes = await readBackup(
      backupFile,
      storeMigrations.map(({ name }) => name),
    );
    const asideSuffix = `.before-restore-${new Date().toISOString().replace(/[-:.]/g, '')}`;
    const aside = await restoreStore({
      ...{ backupFile, storeFile, asideSuffix },
      // A store with a damaged first page cannot be locked, but a receiver that uses it still answers.
      requireNoReceiver: () => requireNoReceiver(core),
      beforeSwap: () => restoreKey(core, notes, asideSuffix),
    }).catch((error: unknown) => {
      if (!(error instanceof StoreInUse)) throw error;
      throw new Error(
        `${error.message} Nothing was changed. Stop every receiver and command, then restore again.`,
        {
          cause: error,
        },
      );
    });
    print(`The store ${storeFile} is restored to its state at ${notes.madeAt}.`);
    if (aside !== undefined)
      print(`The old store is kept in ${aside}. Remove it when you do not need it any more.`);
    warnOfOtherKey(core, notes);
    print(
      'Clients, secrets, tokens and approvals that were ended since then are valid again. To see the clients: npm run client -- list',
    );
    print('Now start the receiver. Records that were delivered since then stay at their destinations.');
  });

await runCommand(command);

/** Restores the secret key with its store. The key of the old store is kept beside the old store. */
function restoreKey(core: CoreSettings, { secretKey }: BackupNotes, asideSuffix: string): void {
  const file = secretKeyFile(core);
  if (core.SECRET_KEY !== undefined || secretKey === undefined) return;
  if (existsSync(file)) {
    // A backup from before the key was changed works with SECRET_KEY_PREVIOUS: the new key stays.
    if ([readFileSync(file, 'utf8').trim(), core.SECRET_KEY_PREVIOUS].includes(secretKey)) return;
    writeFileSync(`${file}${asideSuffix}`, readFileSync(file), { mode: 0o600 });
  }
  const ready = `${file}.restoring`;
  rmSync(ready, { force: true });
  writeFileSync(ready, `${secretKey}\n`, { mode: 0o600, flush: true });
  chmodSync(ready, 0o600);
  renameSync(ready, file);
}

function warnOfOtherKey(core: CoreSettings, { keyMark }: BackupNotes): void {
  if (keyMark === undefined) return;
  const keys = [core.SECRET_KEY ?? keptSecretKey(secretKeyFile(core)), core.SECRET_KEY_PREVIOUS];
  if (keys.some((key) => key !== undefined && markOfKey(key) === keyMark)) return;
  print(
    "Warning: the backup was made under another SECRET_KEY. Set that key as SECRET_KEY or SECRET_KEY_PREVIOUS, or every client's secret is refused.",
  );
}

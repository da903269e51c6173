import { resolve } from 'node:path';
import { keptSecretKey, markOfKey } from '../auth/secret-key.ts';
import { secretKeyFile } from '../app/data-folder.ts';
import { backUpStore } from '../store/upkeep/backup.ts';
import { databaseFile } from '../database/open-database.ts';
import { createCommand, runCommand } from './command-context.ts';
import { loadSettings } from './load-settings.ts';
import { useServerTools } from './use-server-tools.ts';
import { print } from './print.ts';

const command = createCommand(
  'backup',
  'Copies the store into one file, whole and checked, while the receiver runs. SQLite only.',
)
  .argument('<file>', 'where to; it must not be there yet')
  .action(async (given: string) => {
    const { core } = loadSettings();
    const storeFile = databaseFile(core.DATABASE_URL);
    if (storeFile === undefined) throw useServerTools(core.DATABASE_URL, 'backUp');
    const file = resolve(given);
    const kept = core.SECRET_KEY === undefined ? keptSecretKey(secretKeyFile(core)) : undefined;
    const key = core.SECRET_KEY ?? kept;
    const bytes = await backUpStore(storeFile, file, {
      madeAt: new Date().toISOString(),
      keyMark: key === undefined ? undefined : markOfKey(key),
      secretKey: kept,
    });
    print(
      `The store is backed up in ${file} (${(bytes / 1e6).toFixed(1)} MB), and every page of it was read.`,
    );
    print(
      kept === undefined
        ? 'SECRET_KEY is not in it: keep it with the file, and your other settings too.'
        : 'It holds the secret key and call data: keep it as safe as a password, and your settings (.env) with it.',
    );
    if (core.SECRET_KEY_PREVIOUS !== undefined)
      print('SECRET_KEY_PREVIOUS is not in it: keep it with the file, as long as you still use it.');
    print('The reporting database is a database of its own, and is not in it.');
  });

await runCommand(command);

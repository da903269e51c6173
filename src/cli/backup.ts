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
  'Copies the store into one file and checks the copy. The receiver can keep running. SQLite only.',
)
  .argument('<file>', 'the file to make; it must not exist yet')
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
      `The store is backed up in ${file} (${(bytes / 1e6).toFixed(1)} MB), and every page of the copy was read.`,
    );
    print(
      kept === undefined
        ? 'The backup does not hold SECRET_KEY: keep SECRET_KEY and your other settings with the file.'
        : 'The backup holds the secret key and call data: keep it as safe as a password. Keep your settings (.env) with it.',
    );
    if (core.SECRET_KEY_PREVIOUS !== undefined)
      print('The backup does not hold SECRET_KEY_PREVIOUS: keep it with the file while you use it.');
    print('The backup does not hold the reporting database: back that up separately.');
  });

await runCommand(command);

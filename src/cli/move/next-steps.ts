import { resolve } from 'node:path';
import { checkSecretKey, keptSecretKey } from '../../auth/secret-key.ts';
import type { CoreSettings } from '../../config/core-schema.ts';
import type { Settings } from '../../config/read-settings.ts';
import { secretKeyFile } from '../../app/data-folder.ts';
import { databaseFile, openDatabase } from '../../database/open-database.ts';
import type { MoveOptions } from './plan-moves.ts';

/** Lists what the operator must change after a move. Shows no password and no key. */
export async function nextSteps({ core }: Settings, { to, reportingTo }: MoveOptions): Promise<string[]> {
  const settings = [
    ...(to === undefined ? [] : [`DATABASE_URL=${asSetting(to)}`]),
    ...(reportingTo === undefined ? [] : [`REPORTING_DATABASE_URL=${asSetting(reportingTo)}`]),
  ];
  const key = to === undefined ? { settings: [], notes: [] } : await keySteps(core, to);
  return [
    'All tables are equal. The source was not changed.',
    'Change these settings (.env), then start the receiver:',
    ...[...settings, ...key.settings].map((line) => `  ${line}`),
    ...key.notes,
    ...(to === undefined
      ? []
      : ['Client ids, client secrets, tokens and approvals are valid as before. Jet needs no change.']),
    'Keep the source until the receiver runs well on the target. Then remove the source, because it holds call data.',
  ];
}

/** Client secrets are hashed under the secret key, so the receiver on the target needs the same key. */
async function keySteps(core: CoreSettings, to: string): Promise<{ settings: string[]; notes: string[] }> {
  const fault = await keyFault(core, to);
  const warnings = fault === undefined ? [] : [`Warning: ${fault}`];
  const onServer = databaseFile(to) === undefined;
  const shared = onServer ? ' A receiver on another machine needs the same one as SECRET_KEY.' : '';
  if (core.SECRET_KEY !== undefined)
    return { settings: [], notes: [`Do not change SECRET_KEY.${shared}`, ...warnings] };
  const file = resolve(secretKeyFile(core));
  if (keptSecretKey(file) === undefined)
    return {
      settings: [],
      notes: [`There is no secret key in ${file}. Set the key of this store as SECRET_KEY.`, ...warnings],
    };
  if (resolve(secretKeyFile({ ...core, DATABASE_URL: to })) === file)
    return {
      settings: [],
      notes: [`The secret key stays in ${file}: keep that file.${shared}`, ...warnings],
    };
  return {
    settings: [`SECRET_KEY_FILE=${file}`],
    notes: [`The secret key stays in ${file}, and SECRET_KEY_FILE names it.${shared}`, ...warnings],
  };
}

async function keyFault(core: CoreSettings, to: string): Promise<string | undefined> {
  const reader = openDatabase(to, 'read');
  try {
    await checkSecretKey({ reader }, core, secretKeyFile(core));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await reader.close();
  }
}

/** The address as it was given, without its password. */
function asSetting(url: string): string {
  return url.replace(/^(\w+:\/\/[^/@]*?):[^@/]*@/, '$1:<password>@');
}

import { adapters } from '../../../adapters/index.ts';
import { findExposures } from '../../app/exposure.ts';
import { findFirstStartFiles } from '../../app/data-folder.ts';
import type { CoreSettings } from '../../config/core-schema.ts';
import type { Settings } from '../../config/read-settings.ts';
import type { Finding } from '../../contract/adapter.ts';
import { databaseFile } from '../../database/open-database.ts';
import { localTime } from '../../domain/local-time.ts';
import { findUnknownNames } from './unknown-names.ts';

/** Findings about the settings. Invalid settings never come here: reading them has failed before. */
export function examineSettings(settings: Settings, settingsFile: string): Finding[] {
  const { core } = settings;
  return [
    { level: 'ok', message: 'All settings can be used.' },
    describePlace(core, Date.now()),
    ...findUnknownNames(settingsFile, adapters).map(describeUnknown),
    ...findExposures(settings, settingsFile).map((exposure): Finding => ({ level: 'warning', ...exposure })),
    ...findMissing(core),
    ...findFirstStartFiles(core).map((file): Finding => ({
      level: 'warning',
      message: `${file} still holds the client secret of the first start.`,
      remedy:
        "Put its values into Jet's form, keep the console password in a safe place, and remove the file.",
    })),
  ];
}

function describePlace(
  { TIME_ZONE, DEFAULT_COUNTRY, DEFAULT_AREA_CODE }: CoreSettings,
  nowMs: number,
): Finding {
  const { text, offset } = localTime(nowMs, TIME_ZONE);
  const area = DEFAULT_AREA_CODE === undefined ? '' : ` with the area code ${DEFAULT_AREA_CODE}`;
  return {
    level: 'ok',
    message: `Local times are in ${TIME_ZONE}, where it is ${text.slice(0, 16)} (${offset}). Numbers without a country code are read as ${DEFAULT_COUNTRY}${area}.`,
  };
}

function describeUnknown({ name, meant }: { name: string; meant: string | undefined }): Finding {
  return {
    level: 'warning',
    message: `.env sets ${name}, and no setting has that name.`,
    remedy:
      meant === undefined
        ? 'Remove it. .env.example lists all settings.'
        : `Did you mean ${meant}? .env.example lists all settings.`,
  };
}

function findMissing(core: CoreSettings): Finding[] {
  const findings: Finding[] = [];
  if (core.PUBLIC_URL === undefined) {
    findings.push({
      level: 'warning',
      message: 'PUBLIC_URL is not set.',
      remedy: 'Set it to the https address under which Jet reaches this server.',
    });
  }
  if (core.SECRET_KEY === undefined && databaseFile(core.DATABASE_URL) === undefined) {
    findings.push({
      level: 'warning',
      message: 'SECRET_KEY is not set, and the store is on a database server.',
      remedy: 'Give every process that shares the store the same SECRET_KEY.',
    });
  }
  if (core.ROLE === 'deliver' && core.ADAPTERS.length === 0) {
    findings.push({
      level: 'warning',
      message: 'A process with ROLE=deliver has nothing to do: ADAPTERS is none.',
      remedy: 'Set ADAPTERS to the same adapters as in the receiving processes.',
    });
  }
  return findings;
}

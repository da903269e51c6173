import { existsSync } from 'node:fs';
import { adapters } from '../../adapters/index.ts';
import { readSettings, type Settings } from '../config/read-settings.ts';

/**
 * The environment, with what `.env` adds to it: a variable that is set wins over the file.
 *
 * @throws Error when the file is there and cannot be read
 */
export function loadEnvironment(): NodeJS.ProcessEnv {
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
  } catch (error) {
    throw new Error(`The file .env cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return process.env;
}

/**
 * The settings, from the environment and `.env`.
 *
 * @param given settings that the command itself decides
 * @throws InvalidSettings with every fault; Error when `.env` cannot be read. Their messages are for people.
 */
export function loadSettings(given: Readonly<Record<string, string>> = {}): Settings {
  return readSettings({ ...loadEnvironment(), ...given }, adapters);
}

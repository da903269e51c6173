import { existsSync } from 'node:fs';
import { adapters } from '../../adapters/index.ts';
import { readSettings, type Settings } from '../config/read-settings.ts';

/**
 * The environment plus the variables in `.env`. A variable of the environment wins over the file.
 *
 * @throws Error when the file exists but cannot be read
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
 * Reads the settings from the environment and `.env`.
 *
 * @param given settings that the command itself decides
 * @throws InvalidSettings with every fault; Error when `.env` cannot be read. Their messages are written for people.
 */
export function loadSettings(given: Readonly<Record<string, string>> = {}): Settings {
  return readSettings({ ...loadEnvironment(), ...given }, adapters);
}

import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { coreContradictions, coreSchema, coreSecrets, type CoreSettings } from './core-schema.ts';

/** The parts of an adapter's definition that are needed to read its settings. */
export interface ConfigurableAdapter {
  readonly name: string;
  readonly configSchema: z.ZodObject;
  readonly secrets: readonly string[];
}

export interface Settings {
  readonly core: CoreSettings;
  /** The settings of each enabled adapter, by the adapter's name. */
  readonly adapters: ReadonlyMap<string, Record<string, unknown>>;
}

export interface SettingFault {
  readonly name: string;
  /** The rest of a sentence that begins with the name: "must be a port number". It never contains the value. */
  readonly message: string;
}

/** Thrown when settings are invalid. It has every fault, and its message is text for people. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
  readonly faults: readonly SettingFault[];

  constructor(faults: readonly SettingFault[]) {
    const lines = faults.map(({ name, message }) => `  ${name} ${message}`);
    super(['Some settings are invalid. Correct them (see .env.example):', ...lines].join('\n'));
    this.faults = faults;
  }
}

/**
 * Reads the settings of the receiver and of its enabled adapters. An empty variable counts as absent.
 *
 * @param environment variables by name, such as `process.env`
 * @throws InvalidSettings with all faults at once, by name and without values
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  adapters: readonly ConfigurableAdapter[],
): Settings {
  const faults: SettingFault[] = [];
  const secrets = [...coreSecrets, ...adapters.flatMap((adapter) => adapter.secrets)];
  const values = readSecretFiles(withoutEmpty(environment), secrets, faults);
  const core = parse(coreSchema, values, faults);
  faults.push(...coreContradictions(values));
  const enabled = namesOfEnabled(values, core);
  const configs = new Map<string, Record<string, unknown>>();
  for (const name of enabled) {
    const adapter = adapters.find((candidate) => candidate.name === name);
    if (adapter === undefined) {
      const known = adapters.map((candidate) => candidate.name).join(', ');
      faults.push({ name: 'ADAPTERS', message: `names an unknown adapter. The adapters are ${known}` });
      continue;
    }
    const config = parse(adapter.configSchema, values, faults);
    if (config !== undefined) configs.set(name, config);
  }
  if (faults.length > 0 || core === undefined) throw new InvalidSettings(faults);
  return Object.freeze({ core: Object.freeze(core), adapters: configs });
}

/** Gives the enabled adapters, even when other core settings are invalid, so that all faults are reported together. */
function namesOfEnabled(values: Record<string, string>, core: CoreSettings | undefined): readonly string[] {
  if (core !== undefined) return core.ADAPTERS;
  return coreSchema.shape.ADAPTERS.safeParse(values.ADAPTERS).data ?? [];
}

function withoutEmpty(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const filled = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== '',
  );
  return Object.fromEntries(filled);
}

function readSecretFiles(
  values: Record<string, string>,
  secrets: readonly string[],
  faults: SettingFault[],
): Record<string, string> {
  const read = { ...values };
  for (const name of secrets) {
    const file = values[`${name}_FILE`];
    if (file === undefined) continue;
    if (values[name] !== undefined) {
      faults.push({ name, message: `is set twice, here and by ${name}_FILE: remove one of them` });
      continue;
    }
    try {
      read[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      faults.push({ name: `${name}_FILE`, message: `names a file that cannot be read (${code})` });
    }
  }
  return read;
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  values: Record<string, string>,
  faults: SettingFault[],
): z.output<Schema> | undefined {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const name = String(issue.path[0] ?? 'settings');
    const missing = issue.code === 'invalid_type' && values[name] === undefined;
    faults.push({ name, message: missing ? 'must be set' : issue.message });
  }
  return undefined;
}

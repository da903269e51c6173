import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { z } from 'zod';
import { InvalidSettings } from '../../../src/config/read-settings.ts';
import { contractVersion } from '../../../src/contract/adapter.ts';
import { describe, readConfig } from '../rehearsal.ts';
import type { Sentence } from '../sentence.ts';
import type { AdapterSubject } from '../subject.ts';

export const definitionSentences: readonly Sentence[] = [
  {
    title: "has its folder's name and this contract's version",
    run: ({ definition, folder }) => {
      assert.equal(
        definition.name,
        basename(folder),
        `Its name is "${definition.name}", and its folder is "${basename(folder)}"`,
      );
      assert.equal(
        definition.contractVersion,
        contractVersion,
        `It is written for contract version ${definition.contractVersion}, and the kit has version ${contractVersion}`,
      );
      return Promise.resolve();
    },
  },
  {
    title: 'accepts its sample settings, and has a setting for each name in `secrets`',
    run: (subject) => {
      assert.ok(readConfig(subject).adapters.has(subject.definition.name));
      const settings = Object.keys(subject.definition.configSchema.shape);
      assert.deepEqual(
        subject.definition.secrets.filter((name) => !settings.includes(name)),
        [],
      );
      return Promise.resolve();
    },
  },
  {
    title: 'lists in `secrets` each setting whose name ends in TOKEN, SECRET, PASSWORD or KEY',
    run: ({ definition }) => {
      const unlisted = Object.entries(definition.configSchema.shape)
        .filter(([name, schema]) => secretEnd.test(name) && !takesFixedWords(schema))
        .map(([name]) => name)
        .filter((name) => !definition.secrets.includes(name));
      assert.deepEqual(
        unlisted,
        [],
        `${unlisted.join(' and ')} looks like a secret, and \`secrets\` of the definition does not list it: the value can be printed, and a file cannot give it`,
      );
      return Promise.resolve();
    },
  },
  {
    title: 'names a missing setting, and prints no secret with it',
    skippedBecause: (subject) =>
      requiredSettings(subject).length === 0 ? 'every setting has a default' : undefined,
    run: (subject) => {
      const required = requiredSettings(subject);
      for (const name of required) {
        const fault = faultWithout(subject, name);
        assert.match(
          fault,
          new RegExp(`\\b${name}\\b`),
          `Without ${name}, the fault names another setting: ${fault}`,
        );
        for (const secret of secretsOf(subject))
          assert.ok(!fault.includes(secret), `Without ${name}, the fault prints a secret`);
      }
      return Promise.resolve();
    },
  },
];

const secretEnd = /(?:TOKEN|SECRET|PASSWORD|KEY)$/;

/** A setting with a fixed list of words is not a secret. */
function takesFixedWords(schema: unknown): boolean {
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) return true;
  if (!(schema instanceof z.ZodType)) return false;
  const { innerType, in: input } = schema.def as { innerType?: unknown; in?: unknown };
  return (innerType ?? input) !== undefined && takesFixedWords(innerType ?? input);
}

/** The values of the secret settings. */
export function secretsOf(
  { definition, sampleSettings }: AdapterSubject,
  settings: Readonly<Record<string, string>> = {},
): string[] {
  const values: Readonly<Record<string, string>> = { ...sampleSettings, ...settings };
  return definition.secrets
    .map((name) => values[name])
    .filter((value) => value !== undefined)
    .flatMap((value) => {
      const password = URL.canParse(value) ? new URL(value).password : '';
      return password === '' ? [value] : [value, password, decodeURIComponent(password)];
    });
}

function requiredSettings({ definition, sampleSettings }: AdapterSubject): string[] {
  const schema = definition.configSchema;
  return Object.keys(schema.shape).filter((name) => {
    const rest = Object.fromEntries(Object.entries(sampleSettings).filter(([key]) => key !== name));
    return name in sampleSettings && !schema.safeParse(rest).success;
  });
}

function faultWithout(subject: AdapterSubject, name: string): string {
  try {
    readConfig(subject, { [name]: '' });
  } catch (error) {
    if (error instanceof InvalidSettings) return error.message;
    return assert.fail(`Without ${name} the schema throws ${describe(error)}`);
  }
  return assert.fail(`Without ${name} the settings are accepted`);
}

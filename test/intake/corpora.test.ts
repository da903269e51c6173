import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jetFields, type JsonValue } from '../../src/domain/jet-fields.ts';
import { isNoValue } from '../../src/intake/no-value.ts';
import { isFault, readPush, type IntakeSettings } from '../../src/intake/read-push.ts';

// Public collections of hostile input. They live beside the repository and are not part of it.
const corpora = join(import.meta.dirname, '../../../shared/corpora');
const absent = !existsSync(corpora);
if (absent)
  console.log('The folder shared/corpora does not exist, so the tests of hostile input are skipped.');

const settings: IntakeSettings = { statusMap: new Map() };

function filesOf(folder: string): string[] {
  return absent ? ['absent'] : readdirSync(join(corpora, 'JSONTestSuite', folder)).sort();
}

/** The result of reading a file's bytes as a push: the code of the fault, or "read". */
function resultOf(folder: string, file: string): string {
  const bytes = readFileSync(join(corpora, 'JSONTestSuite', folder, file));
  const reading = readPush(bytes, undefined, settings);
  return isFault(reading) ? reading.code : 'read';
}

/** The result of reading a file's bytes as the value of a key in a valid call. */
function resultWithin(folder: string, file: string): string {
  const bytes = readFileSync(join(corpora, 'JSONTestSuite', folder, file));
  const body = Buffer.concat([Buffer.from('{"callsessionid":"c-1","value":'), bytes, Buffer.from('}')]);
  const reading = readPush(body, undefined, settings);
  return isFault(reading) ? reading.code : 'read';
}

const parsing = filesOf('test_parsing');

describe.skipIf(absent)('JSONTestSuite', () => {
  it('JSONTestSuite is complete', () => {
    expect(parsing.length).toBeGreaterThan(300);
  });

  it.each(parsing.filter((file) => file.startsWith('y_')))(
    'the valid file %s is not called malformed',
    (file) => {
      expect(resultOf('test_parsing', file)).not.toBe('malformed_json');
    },
  );

  it.each(parsing.filter((file) => file.startsWith('y_')))(
    'the valid file %s is read as a value of a call',
    (file) => {
      expect(resultWithin('test_parsing', file)).toBe('read');
    },
  );

  it.each(parsing.filter((file) => file.startsWith('n_')))('the invalid file %s is refused', (file) => {
    expect(['malformed_json', 'empty_body']).toContain(resultOf('test_parsing', file));
  });

  it.each(parsing.filter((file) => file.startsWith('i_')))(
    'the doubtful file %s is read or refused',
    (file) => {
      expect(resultOf('test_parsing', file)).toMatch(/^[a-z_]+$/);
    },
  );

  it.each(filesOf('test_transform'))(
    'the doubtful file %s is read or refused as a value of a call',
    (file) => {
      expect(['read', 'malformed_json']).toContain(resultWithin('test_transform', file));
    },
  );

  it('no file of JSONTestSuite changes the prototype of objects', () => {
    for (const file of parsing) resultWithin('test_parsing', file);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe.skipIf(absent)('every naughty string', () => {
  const strings = absent
    ? []
    : (JSON.parse(readFileSync(join(corpora, 'naughty-strings/blns.json'), 'utf8')) as readonly string[]);

  function read(body: Record<string, JsonValue>): { fields: Record<string, unknown>; extra: unknown } {
    const reading = readPush(Buffer.from(JSON.stringify(body)), undefined, settings);
    if (isFault(reading)) throw new Error(reading.code);
    return reading;
  }

  it('the naughty strings come from a list of more than 500', () => {
    expect(strings.length).toBeGreaterThan(500);
  });

  it.each(jetFields.filter(({ kind }) => kind === 'text' || kind === 'json'))(
    'every naughty string comes back as the value of $jetName, unless it is a no-value word',
    (field) => {
      const { jetName, name } = field;
      const filled = strings.filter((text) => text.trim() !== '' && !isNoValue(text, field));
      expect(filled.length).toBeGreaterThan(400);
      const values = filled.map((text) => read({ callsessionid: 'c-1', [jetName]: text }).fields[name]);
      expect(values).toEqual(filled.map((text) => text.trim().replaceAll('\0', '\ufffd').toWellFormed()));
    },
  );

  it.each(jetFields.filter(({ kind }) => kind === 'instant' || kind === 'seconds'))(
    'every naughty string as the value of $jetName becomes a number or is kept under extra',
    ({ jetName, name }) => {
      for (const text of strings.filter((one) => one.trim() !== '')) {
        // The end time makes this an end push. In an earlier push, a duration of 0 s would be dropped.
        const end = { callendtime: '2026-11-22T00:00:00Z' };
        const { fields, extra } = read({ callsessionid: 'c-1', ...end, [jetName]: text });
        if (typeof fields[name] !== 'number') expect(extra).toEqual({ [jetName]: text });
      }
    },
  );

  it('every naughty string comes back as the value of an unknown key', () => {
    const filled = strings.filter((text) => text.trim() !== '');
    const kept = filled.map((text) => read({ callsessionid: 'c-1', unknown: text }).extra);
    expect(kept).toEqual(filled.map((text) => ({ unknown: text })));
  });
});

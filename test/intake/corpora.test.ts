import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jetFields, type JsonValue } from '../../src/domain/jet-fields.ts';
import { isMarkForNothing } from '../../src/intake/mark-for-nothing.ts';
import { isFault, readPush, type IntakeSettings } from '../../src/intake/read-push.ts';

// Public files of hostile input, which stand beside the repository and are not part of it.
const corpora = join(import.meta.dirname, '../../../shared/corpora');
const absent = !existsSync(corpora);
if (absent) console.log('corpora folder absent: skipped');

const settings: IntakeSettings = { statusMap: new Map() };

function filesOf(folder: string): string[] {
  return absent ? ['absent'] : readdirSync(join(corpora, 'JSONTestSuite', folder)).sort();
}

/** What a file's bytes come to: the code of a fault, or "read". */
function resultOf(folder: string, file: string): string {
  const bytes = readFileSync(join(corpora, 'JSONTestSuite', folder, file));
  const reading = readPush(bytes, undefined, settings);
  return isFault(reading) ? reading.code : 'read';
}

/** A file's bytes as the value of a key in a body that names a call. */
function resultWithin(folder: string, file: string): string {
  const bytes = readFileSync(join(corpora, 'JSONTestSuite', folder, file));
  const body = Buffer.concat([Buffer.from('{"callsessionid":"c-1","value":'), bytes, Buffer.from('}')]);
  const reading = readPush(body, undefined, settings);
  return isFault(reading) ? reading.code : 'read';
}

const parsing = filesOf('test_parsing');

describe.skipIf(absent)('JSONTestSuite', () => {
  it('is there as a whole', () => {
    expect(parsing.length).toBeGreaterThan(300);
  });

  it.each(parsing.filter((file) => file.startsWith('y_')))('%s is well-formed', (file) => {
    expect(resultOf('test_parsing', file)).not.toBe('malformed_json');
  });

  it.each(parsing.filter((file) => file.startsWith('y_')))('%s is read as a value of a call', (file) => {
    expect(resultWithin('test_parsing', file)).toBe('read');
  });

  it.each(parsing.filter((file) => file.startsWith('n_')))('%s is refused', (file) => {
    expect(['malformed_json', 'empty_body']).toContain(resultOf('test_parsing', file));
  });

  it.each(parsing.filter((file) => file.startsWith('i_')))('%s is read or refused', (file) => {
    expect(resultOf('test_parsing', file)).toMatch(/^[a-z_]+$/);
  });

  it.each(filesOf('test_transform'))('%s is read or refused as a value of a call', (file) => {
    expect(['read', 'malformed_json']).toContain(resultWithin('test_transform', file));
  });

  it('leaves the prototype of objects alone', () => {
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

  it('is one of some 500', () => {
    expect(strings.length).toBeGreaterThan(500);
  });

  it.each(jetFields.filter(({ kind }) => kind === 'text' || kind === 'json'))(
    'comes back as the value of $jetName, unless it is a mark for nothing',
    (field) => {
      const { jetName, name } = field;
      const filled = strings.filter((text) => text.trim() !== '' && !isMarkForNothing(text, field));
      expect(filled.length).toBeGreaterThan(400);
      const values = filled.map((text) => read({ callsessionid: 'c-1', [jetName]: text }).fields[name]);
      expect(values).toEqual(filled.map((text) => text.trim().replaceAll('\0', '\ufffd').toWellFormed()));
    },
  );

  it.each(jetFields.filter(({ kind }) => kind === 'instant' || kind === 'seconds'))(
    'is a number, nothing or an extra as the value of $jetName',
    ({ jetName, name }) => {
      for (const text of strings.filter((one) => one.trim() !== '')) {
        // An end: before it 0 s says nothing.
        const end = { callendtime: '2026-11-22T00:00:00Z' };
        const { fields, extra } = read({ callsessionid: 'c-1', ...end, [jetName]: text });
        if (typeof fields[name] !== 'number') expect(extra).toEqual({ [jetName]: text });
      }
    },
  );

  it('comes back as the value of an unknown key', () => {
    const filled = strings.filter((text) => text.trim() !== '');
    const kept = filled.map((text) => read({ callsessionid: 'c-1', unknown: text }).extra);
    expect(kept).toEqual(filled.map((text) => ({ unknown: text })));
  });
});

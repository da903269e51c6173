import { describe, expect, it } from 'vitest';
import { sql } from '../../adapters/sql/index.ts';
import { capabilitiesUnder, type AdapterDefinition } from '../../src/contract/adapter.ts';
import type { AdapterTools } from '../../src/contract/adapter-tools.ts';
import { createAdapter } from '../../src/app/create-adapter.ts';
import { adapterSurroundings } from '../fixtures/adapter-surroundings.ts';

const definition: AdapterDefinition = sql;

/** The tools that an adapter gets under the operator's settings. */
function toolsUnder(core: Partial<ReturnType<typeof adapterSurroundings>['core']>): AdapterTools {
  let given: AdapterTools | undefined;
  const surroundings = adapterSurroundings();
  createAdapter(
    {
      ...definition,
      create(config, tools) {
        given = tools;
        return definition.create(config, tools);
      },
    },
    { REPORTING_DATABASE_URL: 'sqlite:never-opened.sqlite' },
    { ...surroundings, core: { ...surroundings.core, ...core } },
  );
  if (given === undefined) throw new Error('create was not called');
  return given;
}

describe('an adapter', () => {
  it('an adapter of contract version 1 is refused with a message that names both versions and the description of the change', () => {
    const other = { ...definition, contractVersion: 1 };
    expect(() => createAdapter(other, {}, adapterSurroundings())).toThrow(
      'It is written for contract version 1, and this kit has version 2. See "contract version 2" in CHANGELOG.md for what to change in the adapter.',
    );
  });

  it("an adapter reads numbers under the operator's country and area code", () => {
    const tools = toolsUnder({ DEFAULT_COUNTRY: 'AU', DEFAULT_AREA_CODE: '02' });
    expect(['5550 1234', '0491 570 006', 'x'].map((text) => tools.readNumber(text))).toEqual([
      '+61255501234',
      '+61491570006',
      undefined,
    ]);
  });

  it("an adapter gets the business's own numbers in E.164, without texts that are not numbers", () => {
    const { ownNumbers } = toolsUnder({ OWN_NUMBERS: ['1300 975 707', '+61 2 5550 1234', 'reception'] });
    expect([...ownNumbers]).toEqual(['+611300975707', '+61255501234']);
  });

  it('an adapter has no own numbers when none is set', () => {
    expect(toolsUnder({}).ownNumbers.size).toBe(0);
  });
});

describe('the capabilities of an adapter', () => {
  it('the capabilities of an adapter are those of its definition', () => {
    expect(capabilitiesUnder(definition, {})).toEqual(definition.capabilities);
  });

  it('the settings of an adapter refine its capabilities', () => {
    const live: AdapterDefinition = {
      ...definition,
      capabilitiesFor: ({ LOG }) => (LOG === 'end' ? { stages: ['call_end', 'call_end_outbound'] } : {}),
    };
    expect(capabilitiesUnder(live, { LOG: 'end' })).toEqual({
      ...definition.capabilities,
      stages: ['call_end', 'call_end_outbound'],
    });
    expect(capabilitiesUnder(live, { LOG: 'live' })).toEqual(definition.capabilities);
  });
});

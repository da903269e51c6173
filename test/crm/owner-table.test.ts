import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../src/domain/fold.ts';
import type { CallFields } from '../../src/domain/jet-fields.ts';
import { ownerOf, parseOwnerTable } from '../../src/crm/owner-table.ts';
import { delivery, recordOf } from '../fixtures/landed-calls.ts';

const table = parseOwnerTable('202=jane@example.com, Front  Desk = 005xx0000012345,') ?? new Map();
const owner = (fields: CallFields, direction: CallRecord['direction'] = 'inbound') =>
  ownerOf(delivery(recordOf('c', { fields, direction })).call, table);

describe('the owner table', () => {
  it.each(['202', '202=', '=jane@example.com', '202=a,202=b'])('the owner table refuses %s', (text) => {
    expect(parseOwnerTable(text)).toBeUndefined();
  });

  it('the owner table finds the owner of the extension that took the call', () => {
    expect(owner({ extension_number: '202', answering_point: 'Reception' })).toEqual({
      place: '202',
      owner: 'jane@example.com',
    });
  });

  it('the owner table finds the owner of an answering point, ignoring case and spaces', () => {
    expect(owner({ extension_number: '203', answering_point: 'front desk' })?.owner).toBe('005xx0000012345');
  });

  it('the owner table finds the owner of the extension that placed an outbound call', () => {
    expect(owner({ calling_extension: '202' }, 'outbound')?.owner).toBe('jane@example.com');
  });

  it('the owner table names an extension without an entry', () => {
    expect(owner({ extension_number: '999' })).toEqual({ place: '999', owner: undefined });
  });

  it('the owner table gives no result for a call that nobody took', () => {
    expect(owner({ extension_number: ' ' })).toBeUndefined();
  });
});

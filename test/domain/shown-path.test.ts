import { describe, expect, it } from 'vitest';
import { shownPath } from '../../src/domain/shown/shown-path.ts';

describe('a shown path', () => {
  it.each([
    '/webhooks/jet',
    '/webhooks/jet/call-end-outbound',
    '/Webhooks/Jets/Call_End',
    '/.well-known/oauth-authorization-server',
    '/openapi.json',
    '/v2/webhooks/',
    '/',
  ])('a shown path keeps %s, which has only words', (path) => {
    expect(shownPath(path)).toBe(path);
  });

  it.each([
    ['a query', '/webhooks/jet?access_token=abc', '/webhooks/jet'],
    ['a number', '/webhooks/0412345678', '/webhooks/…'],
    ['a part of a number', '/webhooks/+61-412-345-678', '/webhooks/…'],
    ['a token', '/webhooks/k7Jf02LmQx81/jet', '/webhooks/…/jet'],
    ['a token of letters', `/webhooks/${'abcdefgh'.repeat(5)}`, '/webhooks/…'],
    ['an encoded text', '/webhooks/%30%34%31%32', '/webhooks/…'],
    ['markup', '/<b>/jet', '/…/jet'],
    ['control and invisible characters', '/web\u001b[2J\u202e/jet', '/…/jet'],
    ['many parts', `/${'a/'.repeat(50)}`, `/${'a/'.repeat(8)}…`],
  ])('a shown path hides %s', (_what, path, shown) => {
    expect(shownPath(path)).toBe(shown);
  });

  it('a shown path hides a part that holds a secret of the receiver, though it is a word', () => {
    expect(shownPath('/webhooks/opensesame', ['opensesame'])).toBe('/webhooks/…');
  });

  it('a shown path has at most 100 characters', () => {
    expect(shownPath(`/${'abcdefghijklmnop-'.repeat(4)}/`.repeat(5)).length).toBeLessThanOrEqual(100);
  });
});

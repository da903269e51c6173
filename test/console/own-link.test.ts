import { describe, expect, it } from 'vitest';
import { link, ownPath, withQuery } from '../../src/console/own-link.ts';

describe('an own path', () => {
  it.each(['/console', '/console?a=b', '/console/calls/a%20b?x=%2F#top'])(
    "the console's own path can be %s",
    (path) => {
      expect(ownPath(path)).toBe(path);
    },
  );

  it.each([
    '//evil.example',
    '/console//evil.example',
    '/consoles',
    '/\\evil.example',
    'javascript:alert(1)',
    '/console/"x',
    '',
  ])("the console's own path cannot be %s", (path) => {
    expect(ownPath(path)).toBeUndefined();
  });
});

describe('a link', () => {
  it.each(['javascript:alert(1)', 'http://crm.example/', 'data:text/html,x', '//evil.example'])(
    'a link shows as text when it leads to %s',
    (href) => {
      expect(link(href, 'there').text).toBe('there');
    },
  );

  it('a link leads to https elsewhere without naming this page', () => {
    expect(link('https://crm.example/1', 'there').text).toContain('rel="noreferrer noopener"');
  });

  it('a link omits empty parts of a query', () => {
    expect(withQuery('/console/calls', { a: 'x y', b: '', c: undefined })).toBe('/console/calls?a=x+y');
  });
});

import { describe, expect, it } from 'vitest';
import { redirectUriFault } from '../../src/auth/redirect-uri.ts';

describe('a redirect URI is registered', () => {
  it.each([
    'https://jet.example.com/callback',
    'https://jet.example.com',
    'https://jet.example.com:8443/cb?tenant=1&x=a%20b',
    'https://xn--bcher-kva.example/cb',
    'https://jet_2.example.com./cb',
    'https://[2001:db8::1]/cb',
    'http://localhost:3000/cb',
    'http://127.0.0.1/cb',
    'http://[::1]:8080/cb',
  ])('%s', (uri) => {
    expect(redirectUriFault(uri)).toBeUndefined();
  });
});

describe('a redirect URI is refused', () => {
  it.each([
    ['', 'is not an absolute address'],
    ['/callback', 'is not an absolute address'],
    ['jet.example.com/callback', 'is not an absolute address'],
    ['http://jet.example.com/callback', 'begins with https://'],
    ['http://localhost.evil.example/', 'begins with https://'],
    ['http://127.0.0.1.evil.example/', 'begins with https://'],
    ['ftp://jet.example.com/', 'begins with https://'],
    ['javascript:alert(1)', 'begins with https://'],
    ['data:text/html,x', 'begins with https://'],
    ['com.example.app:/callback', 'begins with https://'],
    ['https:jet.example.com', 'holds characters that an address does not have'],
    ['https:/jet.example.com', 'holds characters that an address does not have'],
    ['https:///jet.example.com', 'holds characters that an address does not have'],
    ['https:\\\\jet.example.com', 'holds characters that an address does not have'],
    ['https://jet.example.com/a b', 'holds characters that an address does not have'],
    [' https://jet.example.com/', 'holds characters that an address does not have'],
    ['https://jet.example.com/\n', 'holds characters that an address does not have'],
    ['https://jet.exam\tple.com/', 'holds characters that an address does not have'],
    ['https://bücher.example/', 'holds characters that an address does not have'],
    ['https://jet.example.com/<b>', 'holds characters that an address does not have'],
    ...[
      'https://*.example.com/cb',
      'https://*/cb',
      'https://jet.example.com/*',
      'https://jet.example.com/cb?x=*',
    ].map((uri) => [uri, 'holds a wildcard (*): register each address as the sender names it']),
    ['https://%2a.example.com/cb', 'holds a wildcard (*): register each address as the sender names it'],
    ...[
      'https://.example.com/cb',
      'https://..example.com/cb',
      'https://.+.example.com/cb',
      'https://(.+).example.com/cb',
      'https://$.example.com/cb',
      'https://~.example.com/cb',
    ].map((uri) => [uri, 'names no host: register each address as the sender names it, without a pattern']),
    ['https://jet.example.com/#', 'has no fragment'],
    ['https://jet.example.com/#a', 'has no fragment'],
    ['https://user@jet.example.com/', 'names no user'],
    ['https://:secret@jet.example.com/', 'names no user'],
    ['https://@jet.example.com/', 'names no user'],
    ['https://jet.example.com/?state=1', 'has no parameter "state" of its own'],
    ['https://jet.example.com/?code=1', 'has no parameter "code" of its own'],
  ])('%j', (uri, fault) => {
    expect(redirectUriFault(uri)).toBe(fault);
  });
});

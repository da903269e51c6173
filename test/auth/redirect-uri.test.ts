import { describe, expect, it } from 'vitest';
import { redirectUriFault } from '../../src/auth/redirect-uri.ts';

describe('a redirect URI is accepted', () => {
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
  ])('the redirect URI %s is accepted', (uri) => {
    expect(redirectUriFault(uri)).toBeUndefined();
  });
});

describe('a redirect URI is refused', () => {
  it.each([
    ['', 'is not an absolute address'],
    ['/callback', 'is not an absolute address'],
    ['jet.example.com/callback', 'is not an absolute address'],
    ['http://jet.example.com/callback', 'must begin with https://'],
    ['http://localhost.evil.example/', 'must begin with https://'],
    ['http://127.0.0.1.evil.example/', 'must begin with https://'],
    ['ftp://jet.example.com/', 'must begin with https://'],
    ['javascript:alert(1)', 'must begin with https://'],
    ['data:text/html,x', 'must begin with https://'],
    ['com.example.app:/callback', 'must begin with https://'],
    ['https:jet.example.com', 'contains characters that are not valid in an address'],
    ['https:/jet.example.com', 'contains characters that are not valid in an address'],
    ['https:///jet.example.com', 'contains characters that are not valid in an address'],
    ['https:\\\\jet.example.com', 'contains characters that are not valid in an address'],
    ['https://jet.example.com/a b', 'contains characters that are not valid in an address'],
    [' https://jet.example.com/', 'contains characters that are not valid in an address'],
    ['https://jet.example.com/\n', 'contains characters that are not valid in an address'],
    ['https://jet.exam\tple.com/', 'contains characters that are not valid in an address'],
    ['https://bücher.example/', 'contains characters that are not valid in an address'],
    ['https://jet.example.com/<b>', 'contains characters that are not valid in an address'],
    ...[
      'https://*.example.com/cb',
      'https://*/cb',
      'https://jet.example.com/*',
      'https://jet.example.com/cb?x=*',
    ].map((uri) => [uri, "must not contain a wildcard (*): register each of the sender's addresses exactly"]),
    [
      'https://%2a.example.com/cb',
      "must not contain a wildcard (*): register each of the sender's addresses exactly",
    ],
    ...[
      'https://.example.com/cb',
      'https://..example.com/cb',
      'https://.+.example.com/cb',
      'https://(.+).example.com/cb',
      'https://$.example.com/cb',
      'https://~.example.com/cb',
    ].map((uri) => [uri, "must name a host, not a pattern: register each of the sender's addresses exactly"]),
    ['https://jet.example.com/#', 'must not have a fragment (#)'],
    ['https://jet.example.com/#a', 'must not have a fragment (#)'],
    ['https://user@jet.example.com/', 'must not contain a user'],
    ['https://:secret@jet.example.com/', 'must not contain a user'],
    ['https://@jet.example.com/', 'must not contain a user'],
    ['https://jet.example.com/?state=1', 'must not have the parameter "state", because this server adds it'],
    ['https://jet.example.com/?code=1', 'must not have the parameter "code", because this server adds it'],
  ])('the redirect URI %j is refused', (uri, fault) => {
    expect(redirectUriFault(uri)).toBe(fault);
  });
});

import express from 'express';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerAddress, callerNetwork, isFromThisMachine } from '../../src/auth/caller-address.ts';

let server: Server;
let url: string;
beforeAll(async () => {
  const app = express();
  app.set('trust proxy', 'loopback');
  app.use((request, response) => {
    response.json([callerAddress(request), callerNetwork(request), isFromThisMachine(request, undefined)]);
  });
  server = createServer({ maxHeaderSize: 16 * 1024 }, app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function read(forwarded?: string): Promise<[string, string, boolean]> {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return (await (await fetch(url, { headers })).json()) as [string, string, boolean];
}

describe('the address of a caller', () => {
  it.each([
    ['an IPv4 address', '203.0.113.7', '203.0.113.7'],
    ['an IPv4 address with a port', '203.0.113.7:51234', '203.0.113.7'],
    ['an IPv6 address', '2001:db8::7', '2001:db8::7'],
    ['an IPv6 address with a port', '[2001:db8::7]:443', '2001:db8::7'],
    ['an IPv6 address with a zone', 'fe80::1%eth0', 'fe80::1'],
    ['an IPv4-mapped address', '::ffff:203.0.113.7', '203.0.113.7'],
    ['an IPv4-mapped address in hexadecimal', '0:0:0:0:0:FFFF:cb00:7107', '203.0.113.7'],
    ['the last of several', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  ])(
    'the address of a caller is the one that a trusted proxy forwards: %s',
    async (_what, forwarded, address) => {
      expect((await read(forwarded))[0]).toBe(address);
    },
  );

  it.each([
    ['made-up text', 'somebody'],
    ['14,000 letters', 'a'.repeat(14_000)],
    ['a zone of 14,000 letters', `fe80::1%${'a'.repeat(14_000)}`],
    ['a number too large', '203.0.113.256'],
    ['an address in octal', '0313.0.0113.7'],
    ['the word of RFC 7239', 'unknown'],
    ['nothing', ''],
  ])(
    'the address of a caller is that of the connection when the forwarded text is not an address: %s',
    async (_what, forwarded) => {
      expect((await read(forwarded))[0]).toBe('127.0.0.1');
    },
  );
});

describe('the network of a caller', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
  ])('the network of the caller %s is %s', async (address, network) => {
    expect((await read(address))[1]).toBe(network);
  });
});

describe('isFromThisMachine', () => {
  it('a request that no proxy forwarded is from this machine', async () => {
    expect((await read())[2]).toBe(true);
  });

  it('a forwarded request is not from this machine, even if it names a loopback address', async () => {
    expect((await read('127.0.0.1'))[2]).toBe(false);
  });
});

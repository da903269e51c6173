import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import { messagesOf } from '../../src/http/messages.ts';

test('a request and a response have the prototypes of the app before the app sees them', async () => {
  const app = express();
  app.get('/', (request, response) => void response.json({ fresh: request.fresh, app: request.app === app }));
  const server = createServer({ ...messagesOf(app) });
  const prototypes: unknown[] = [];
  server.on('request', (request, response) => {
    prototypes.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
    app(request, response);
    prototypes.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`);
  expect(await response.json()).toEqual({ fresh: false, app: true });
  expect(prototypes).toHaveLength(4);
  expect(prototypes[2]).toBe(prototypes[0]);
  expect(prototypes[3]).toBe(prototypes[1]);
  server.close();
});

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange, holdsAnswers } from '../fixtures/raw-http.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let receiver: RunningReceiver;
let token: string;
let calls = 0;
beforeAll(async () => {
  receiver = await startRunningReceiver();
  token = await receiver.takeToken();
});
afterAll(() => receiver.close());

const nextId = (): string => `connection-${(calls += 1)}`;

function head(lines: readonly string[], { target = '/webhooks/jet', version = '1.1' } = {}): string {
  const all = [`POST ${target} HTTP/${version}`, 'Host: test', `Authorization: Bearer ${token}`, ...lines];
  return `${all.join('\r\n')}\r\n\r\n`;
}

function post(
  id: string,
  lines: readonly string[] = [],
  options: { target?: string; version?: string } = {},
): string {
  const body = `{"callsessionid":"${id}"}`;
  return head(['Content-Type: application/json', `Content-Length: ${body.length}`, ...lines], options) + body;
}

async function isStored(id: string): Promise<boolean> {
  return (await receiver.store.reader.knex('calls').where({ id }).first('id')) !== undefined;
}

async function rows(table: string): Promise<unknown> {
  return receiver.store.reader.knex(table).count({ rows: '*' }).first();
}

describe('on one connection', () => {
  it('pipelined requests on one connection are answered in their order', async () => {
    const ids = Array.from({ length: 20 }, nextId);
    const { text, statuses } = await exchange(
      receiver.port,
      ids.map((id) => post(id)).join(''),
      holdsAnswers(20),
    );
    expect(statuses).toEqual(Array(20).fill(200));
    expect([...text.matchAll(/"callId":"([^"]+)"/g)].map(([, id]) => id)).toEqual(ids);
  });

  it('a request after a refused one on the same connection is answered', async () => {
    const [broken, good] = [head(['Content-Length: 1']) + '{', post(nextId())];
    const { statuses } = await exchange(receiver.port, broken + good, holdsAnswers(2));
    expect(statuses).toEqual([400, 200]);
  });

  it('a request after one without credentials on the same connection is answered', async () => {
    const refused = post(nextId()).replace(/Authorization.*\r\n/, '');
    const { statuses } = await exchange(receiver.port, refused + post(nextId()), holdsAnswers(2));
    expect(statuses).toEqual([401, 200]);
  });
});

describe('an interrupted upload', () => {
  it('an interrupted upload leaves no trace, and the next request is answered', async () => {
    const before = [await rows('pushes'), await rows('quarantine')];
    for (let number = 0; number < 20; number += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(receiver.port, '127.0.0.1', () => {
          socket.write(`${head(['Content-Length: 1000'])}{"callsessionid":"broken-off"`, () => {
            if (number % 2 === 0) socket.destroy();
            else socket.resetAndDestroy();
          });
        });
        socket.on('close', () => resolve());
      });
    }
    await sleep(50);
    expect([await rows('pushes'), await rows('quarantine')]).toEqual(before);
    expect((await receiver.push({ callsessionid: nextId() })).status).toBe(200);
  });

  it('an upload that was interrupted after its last byte is stored, and the repeat is a duplicate', async () => {
    const id = nextId();
    await new Promise<void>((resolve) => {
      const socket = connect(receiver.port, '127.0.0.1', () => socket.write(post(id), () => socket.end()));
      socket.resume();
      socket.on('close', () => resolve());
    });
    const again = await receiver.push(`{"callsessionid":"${id}"}`);
    expect(await again.json()).toMatchObject({ duplicate: true });
  });

  it('an upload whose sending side was closed is answered 400', async () => {
    const { statuses } = await exchange(receiver.port, (socket) => {
      socket.write(`${head(['Content-Length: 1000'])}{"callsessionid":"half"`);
      socket.end();
    });
    expect(statuses).toEqual([400]);
  });
});

describe('a body whose declared length is wrong', () => {
  it('a body with a longer declared length is refused, and the connection closes', async () => {
    const id = nextId();
    const send = `${head(['Content-Length: 5', 'Content-Type: application/json'])}{"callsessionid":"${id}"}`;
    const { statuses, closed } = await exchange(receiver.port, send);
    expect(closed).toBe(true);
    expect(new Set(statuses)).toEqual(new Set([400]));
    expect(await isStored(id)).toBe(false);
  });

  it.each(['-1', '1e3', '0x10', '+5', '5, 6', '99999999999999999999'])(
    'a body with the declared length %s is refused',
    async (length) => {
      const { statuses, closed } = await exchange(receiver.port, `${head([`Content-Length: ${length}`])}{}`);
      expect(closed).toBe(true);
      expect(statuses.every((status) => status === 400 || status === 413)).toBe(true);
    },
  );
});

describe('a request that could be read in two ways', () => {
  it.each([
    ['Content-Length and Transfer-Encoding', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
    ['Transfer-Encoding and Content-Length', ['Transfer-Encoding: chunked', 'Content-Length: 5']],
    ['two lengths', ['Content-Length: 5', 'Content-Length: 6']],
    ['a coding after chunked', ['Transfer-Encoding: chunked, identity']],
    ['an unknown coding', ['Transfer-Encoding: xchunked']],
    ['a folded header', ['Transfer-Encoding:\r\n chunked', 'Content-Length: 5']],
    ['a bare CR', ['X-A: b\rContent-Length: 5']],
    ['a space before the colon', ['Content-Length : 5']],
    ['a NUL in a header', ['X-A: a\0b']],
  ])(
    'a request that could be read in two ways by %s is refused, and the connection closes',
    async (_what, lines) => {
      const before = await rows('pushes');
      const smuggled = post('smuggled');
      const { statuses, closed } = await exchange(receiver.port, `${head(lines)}0\r\n\r\n${smuggled}`);
      expect(closed).toBe(true);
      expect(statuses[0]).toBe(400);
      expect(statuses).not.toContain(200);
      expect(await rows('pushes')).toEqual(before);
    },
  );

  it('a request with two Authorization headers is checked by the first one only', async () => {
    const id = nextId();
    const twice = post(id).replace('Authorization', 'Authorization: Bearer wrong\r\nAuthorization');
    const { statuses } = await exchange(receiver.port, twice, holdsAnswers(1));
    expect(statuses).toEqual([401]);
    expect(await isStored(id)).toBe(false);
  });
});

describe('an odd request', () => {
  it('a request with the whole address as its target is accepted', async () => {
    const target = 'http://elsewhere.example/webhooks/jet';
    const { statuses } = await exchange(receiver.port, post(nextId(), [], { target }), holdsAnswers(1));
    expect([200, 404]).toEqual(expect.arrayContaining([...statuses]));
  });

  it('a request of HTTP/1.0 is answered, and the connection closes', async () => {
    const { statuses, closed } = await exchange(receiver.port, post(nextId(), [], { version: '1.0' }));
    expect({ statuses, closed }).toEqual({ statuses: [200], closed: true });
  });

  it('a request that expects 100-continue gets it, and then the answer', async () => {
    const { statuses } = await exchange(
      receiver.port,
      post(nextId(), ['Expect: 100-continue']),
      holdsAnswers(2),
    );
    expect(statuses).toEqual([100, 200]);
  });

  it('a request for an upgrade is answered normally', async () => {
    const lines = ['Connection: Upgrade', 'Upgrade: websocket'];
    const { statuses } = await exchange(receiver.port, post(nextId(), lines), holdsAnswers(1));
    expect(statuses).toEqual([200]);
  });

  it.each([
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    [
      'headers of more than 16 KiB',
      `GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n`,
      431,
    ],
    ['a target of more than 16 KiB', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a line of noise', 'hello\r\n\r\n', 400],
  ])('a request with %s is refused, and the connection closes', async (_what, send, status) => {
    const { statuses, closed } = await exchange(receiver.port, send);
    expect({ statuses, closed }).toEqual({ statuses: [status], closed: true });
  });

  it('CONNECT closes the connection', async () => {
    const { text, closed } = await exchange(
      receiver.port,
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n',
    );
    expect({ text, closed }).toEqual({ text: '', closed: true });
  });

  it('odd requests leave the receiver alive', async () => {
    expect((await fetch(`${receiver.url}/readyz`)).status).toBe(200);
  });
});

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyBytesMax } from '../../src/web/read-body.ts';
import { readQuarantine } from '../../src/store/quarantine.ts';
import { exchange, holdsAnswers } from '../fixtures/raw-http.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let receiver: RunningReceiver;
let token: string;
beforeAll(async () => {
  receiver = await startRunningReceiver();
  token = await receiver.takeToken();
});
afterAll(() => receiver.close());

/** A push of this many bytes. */
function pushOf(bytes: number, id = `size-${bytes}`): string {
  const body = `{"callsessionid":"${id}","filler":""}`;
  return body.replace('""', `"${'f'.repeat(bytes - body.length)}"`);
}

const head = (more: string): string =>
  `POST /webhooks/jet HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${more}\r\n`;

async function rows(): Promise<number> {
  const { store } = receiver;
  const count = await store.reader.knex('quarantine').count<{ rows: number }>({ rows: '*' }).first();
  return count?.rows ?? NaN;
}

describe('the limit on a body', () => {
  it('the limit on a body is 256 KiB', () => {
    expect(bodyBytesMax).toBe(262_144);
  });

  it('a body of exactly 256 KiB is accepted', async () => {
    expect((await receiver.push(pushOf(bodyBytesMax))).status).toBe(200);
  });

  it('a body with one byte more is answered 413', async () => {
    const answer = await receiver.push(pushOf(bodyBytesMax + 1));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'body_too_large' });
  });

  it('no part of a larger body is kept', async () => {
    const before = await rows();
    await receiver.push(pushOf(bodyBytesMax + 1));
    expect(await rows()).toBe(before);
  });

  it.each([bodyBytesMax + 1, 1_000_000, 8_000_000])(
    'the connection closes after a sender of %i bytes has read the answer',
    async (bytes) => {
      const { statuses, closed } = await exchange(
        receiver.port,
        head(`Content-Length: ${bytes}\r\n`) + 'a'.repeat(bytes),
      );
      expect({ statuses, closed }).toEqual({ statuses: [413], closed: true });
    },
  );

  it('the limit applies before a body arrives whose declared length is larger', async () => {
    const { statuses } = await exchange(receiver.port, head('Content-Length: 999999999\r\n'));
    expect(statuses).toEqual([413]);
  });

  it('the limit counts the bytes of chunks', async () => {
    const chunks = `10000\r\n${'a'.repeat(65_536)}\r\n`.repeat(5);
    const { statuses } = await exchange(
      receiver.port,
      `${head('Transfer-Encoding: chunked\r\n')}${chunks}0\r\n\r\n`,
    );
    expect(statuses).toEqual([413]);
  });

  it('a body over the limit does not affect the next connection', async () => {
    await receiver.push(pushOf(bodyBytesMax + 1));
    expect((await receiver.push({ callsessionid: 'after' })).status).toBe(200);
  });
});

describe('a body in chunks', () => {
  it('a body in chunks is accepted', async () => {
    const chunks = ['{"callsess', 'ionid":"chunked"', '}']
      .map((c) => `${c.length.toString(16)}\r\n${c}\r\n`)
      .join('');
    const { statuses } = await exchange(
      receiver.port,
      `${head('Transfer-Encoding: chunked\r\n')}${chunks}0\r\n\r\n`,
      holdsAnswers(1),
    );
    expect(statuses).toEqual([200]);
  });
});

describe('an encoded body', () => {
  const body = '{"callsessionid":"encoded"}';

  it.each([
    ['gzip', gzipSync(body)],
    ['GZIP', gzipSync(body)],
    ['x-gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['br', brotliCompressSync(body)],
    ['identity', Buffer.from(body)],
  ])('a body with the encoding %s is accepted', async (encoding, bytes) => {
    expect((await receiver.push(bytes, { headers: { 'content-encoding': encoding } })).status).toBe(200);
  });

  it('a body of exactly 256 KiB when decoded is accepted', async () => {
    const bytes = gzipSync(pushOf(bodyBytesMax, 'gzip-exact'));
    expect((await receiver.push(bytes, { headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(100_000_000))],
    ['deflate', deflateSync(Buffer.alloc(100_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(100_000_000))],
    ['gzip', gzipSync(pushOf(bodyBytesMax + 1))],
  ])(
    'a body with the encoding %s that is larger when decoded is answered 413, and kept unchanged',
    async (encoding, bytes) => {
      await receiver.store.writer.knex('quarantine').delete();
      const answer = await receiver.push(bytes, { headers: { 'content-encoding': encoding } });
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ code: 'body_too_large' });
      const kept = await readQuarantine(receiver.store, {}, 10);
      expect(kept).toMatchObject([{ code: 'body_too_large', contentEncoding: encoding, times: 1 }]);
      expect(kept[0]?.body.equals(bytes)).toBe(true);
    },
  );
});

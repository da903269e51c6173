import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, codesOf, connect, getToken, type Connected } from './connect.ts';
import type { SalesforceFault } from './salesforce-stand-in.ts';

afterEach(closeAll);

const two = [{ Subject: 'one' }, { Subject: 'two' }];

/** The code or the name of the error when a connection fails. */
async function failure(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'answered';
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? name;
  }
}

function subjects({ org }: Connected): unknown[] {
  return org.records('Task').map(({ Subject }) => Subject);
}

describe('a connection that is cut', () => {
  it.each([
    ['reset before the write', []],
    ['reset in the middle of the write', ['one']],
    ['reset after the write', ['one', 'two']],
  ] as const)('a connection is cut by the fault "%s", and the org then holds %j', async (name, left) => {
    const connected = await connect();
    connected.org.stage({ name });
    expect(await failure(connected.createTasks(...two))).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(subjects(connected)).toEqual(left);
    expect(connected.org.log.of('create')[0]).toMatchObject({ status: undefined, fault: name });
  });

  it('a connection that is cut in the middle of the answer ends after the headers, with everything written', async () => {
    const connected = await connect();
    const { org, token } = connected;
    const authorization = `Bearer ${await token()}`;
    org.stage({ name: 'reset in the middle of the answer' });
    const response = await fetch(`${org.url}/services/data/v62.0/composite/sobjects`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ records: two.map((task) => ({ attributes: { type: 'Task' }, ...task })) }),
    });
    expect(response.status).toBe(200);
    expect(await failure(response.text())).not.toBe('answered');
    expect(subjects(connected)).toEqual(['one', 'two']);
  });

  it('a cut connection can write half of a composite request', async () => {
    const { ask, org } = await connect();
    org.stage({ name: 'reset in the middle of the write' }, { on: 'composite' });
    const compositeRequest = ['a', 'b'].map((referenceId) => ({
      method: 'POST',
      url: '/services/data/v62.0/sobjects/Task',
      referenceId,
      body: { Subject: referenceId },
    }));
    expect(await failure(ask('POST', '/composite', { compositeRequest }))).not.toBe('answered');
    expect(org.records('Task')).toMatchObject([{ Subject: 'a' }]);
  });
});

describe('silence', () => {
  it.each([
    ['silence', []],
    ['headers then silence', ['one', 'two']],
  ] as const)(
    'the fault "%s" lasts until the client disconnects, and the org then holds %j',
    async (name, left) => {
      const connected = await connect();
      const { org, ask } = connected;
      org.stage({ name });
      const controller = new AbortController();
      const body = { records: two.map((task) => ({ attributes: { type: 'Task' }, ...task })) };
      const asked = failure(ask('POST', '/composite/sobjects', body, controller.signal));
      await expect.poll(() => org.log.of('create')[0]?.fault).toBe(name);
      controller.abort();
      expect(await asked).toBe('AbortError');
      expect(subjects(connected)).toEqual(left);
    },
  );

  it('the silence of the token endpoint is staged by the kind of request', async () => {
    const { org } = await connect();
    org.stage({ name: 'silence' }, { on: 'token' });
    const asked = failure(getToken(org));
    await expect.poll(() => org.log.all.at(-1)?.fault).toBe('silence');
    await org.close();
    expect(await asked).not.toBe('answered');
  });

  it('a slow answer ends before the write when the client has disconnected', async () => {
    const connected = await connect();
    const { org, ask } = connected;
    org.stage({ name: 'slow answer', delayMs: 1_000 });
    const controller = new AbortController();
    const asked = failure(ask('POST', '/sobjects/Task', { Subject: 'late' }, controller.signal));
    await expect.poll(() => org.log.of('create')[0]?.fault).toBe('slow answer');
    controller.abort();
    expect(await asked).toBe('AbortError');
    org.stage({ name: 'slow answer', delayMs: 1_100 });
    await ask('POST', '/sobjects/Task', { Subject: 'waited for' });
    expect(subjects(connected)).toEqual(['waited for']);
  });
});

describe('an answer without the work', () => {
  it.each<[SalesforceFault, number, unknown]>([
    [{ name: 'unavailable' }, 503, [{ errorCode: 'SERVER_UNAVAILABLE' }]],
    [{ name: 'unknown exception' }, 500, [{ errorCode: 'UNKNOWN_EXCEPTION' }]],
    [{ name: 'too many requests' }, 429, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }]],
    [{ name: 'session refused' }, 401, [{ errorCode: 'INVALID_SESSION_ID' }]],
    [{ name: 'limit exceeded', limit: 'TotalRequests' }, 403, [{ message: 'TotalRequests Limit exceeded.' }]],
    [
      { name: 'limit exceeded', limit: 'ConcurrentRequests' },
      403,
      [
        {
          errorCode: 'REQUEST_LIMIT_EXCEEDED',
          message: expect.stringMatching(/^ConcurrentRequests/) as string,
        },
      ],
    ],
    [{ name: 'forbidden', errorCode: 'API_DISABLED_FOR_ORG' }, 403, [{ errorCode: 'API_DISABLED_FOR_ORG' }]],
    [{ name: 'retired version' }, 410, [{ errorCode: 'UNSUPPORTED_API_VERSION' }]],
    [{ name: 'redirect' }, 302, ''],
    [{ name: 'answer', status: 418, body: { odd: true } }, 418, { odd: true }],
  ])('the fault %j answers without the work', async (fault, status, body) => {
    const connected = await connect();
    connected.org.stage(fault);
    expect(await connected.createTasks(...two)).toMatchObject({ status, body });
    expect(subjects(connected)).toEqual([]);
  });

  it('a fault names the pause in seconds', async () => {
    const { org, ask } = await connect();
    org.stage({ name: 'unavailable', retryAfterMs: 1_500 });
    expect((await ask('GET', '/limits')).headers.get('retry-after')).toBe('2');
  });

  it('a fault redirects to another address', async () => {
    const { org, ask } = await connect();
    org.stage({ name: 'redirect', location: 'http://127.0.0.1:9/elsewhere' });
    expect((await ask('GET', '/limits')).headers.get('location')).toBe('http://127.0.0.1:9/elsewhere');
  });

  it.each(['invalid_client', 'invalid_client_id', 'invalid_grant'] as const)(
    'the token endpoint answers the fault %s once',
    async (error) => {
      const { org } = await connect();
      org.stage({ name: 'token refused', error }, { on: 'token' });
      expect(await getToken(org)).toMatchObject({ status: 400, body: { error } });
      expect(await getToken(org)).toMatchObject({ status: 200 });
    },
  );
});

describe('a spoiled answer after the work', () => {
  it.each<[SalesforceFault, unknown]>([
    [{ name: 'html' }, expect.stringContaining('<html>')],
    [{ name: 'empty answer' }, ''],
    [{ name: 'wrong length' }, [{ success: true }]],
  ])('the fault %j comes with 200 after the work', async (fault, body) => {
    const connected = await connect();
    connected.org.stage(fault);
    const answer = await connected.createTasks(...two);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(Array.isArray(body) ? [expect.objectContaining(body[0])] : body);
    expect(subjects(connected)).toEqual(['one', 'two']);
  });

  it('a spoiled answer can be a search without its list', async () => {
    const { org, search } = await connect();
    org.stage({ name: 'wrong length' });
    const sosl = 'FIND {0412345678} IN PHONE FIELDS RETURNING Contact(Id)';
    expect((await search(sosl)).body).not.toHaveProperty('searchRecords');
  });
});

describe('a record that is refused', () => {
  it('a refused record does not affect the other records, and neither does a later update by id', async () => {
    const { org, ask, createTasks } = await connect();
    const locked = {
      name: 'item refused',
      statusCode: 'UNABLE_TO_LOCK_ROW',
      when: ({ Subject }: { Subject?: unknown }) => Subject === 'two',
    } as const;
    org.stage(locked);
    expect(codesOf(await createTasks(...two))).toEqual(['ok', 'UNABLE_TO_LOCK_ROW']);
    await createTasks({ Subject: 'two' });
    org.stage(locked);
    const records = org
      .records('Task')
      .map(({ Id = null }) => ({ attributes: { type: 'Task' }, id: Id, Priority: 'High' }));
    expect(codesOf(await ask('PATCH', '/composite/sobjects', { records }))).toEqual([
      'ok',
      'UNABLE_TO_LOCK_ROW',
    ]);
  });
});

describe('a staged fault', () => {
  it('a staged fault affects the given number of requests, and only in its scope', async () => {
    const { org, ask, createTasks } = await connect();
    org.stage({ name: 'unavailable' }, { on: 'writes', times: 2 });
    expect(await ask('GET', '/limits')).toMatchObject({ status: 200 });
    expect(await createTasks(...two)).toMatchObject({ status: 503 });
    expect(await createTasks(...two)).toMatchObject({ status: 503 });
    expect(await createTasks(...two)).toMatchObject({ status: 200 });
  });

  it('a staged fault can last until all faults are removed', async () => {
    const { org, ask } = await connect();
    org.stage({ name: 'session refused' }, { times: Infinity });
    for (let count = 0; count < 5; count += 1)
      expect(await ask('GET', '/limits')).toMatchObject({ status: 401 });
    org.behave();
    expect(await ask('GET', '/limits')).toMatchObject({ status: 200 });
  });

  it('a staged fault comes after an earlier one', async () => {
    const { org, ask } = await connect();
    org.stage({ name: 'unavailable' });
    org.stage({ name: 'unknown exception' });
    expect([(await ask('GET', '/limits')).status, (await ask('GET', '/limits')).status]).toEqual([503, 500]);
  });
});

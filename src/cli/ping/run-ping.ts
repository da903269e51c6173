import { randomUUID } from 'node:crypto';
import { secretKeyFile } from '../../app/data-folder.ts';
import { createClient } from '../../auth/clients.ts';
import { secretKeysOf } from '../../auth/secret-key.ts';
import { testCallPrefix } from '../../domain/test-call.ts';
import { deleteClient } from '../../store/oauth/delete-client.ts';
import { readClients } from '../../store/oauth/oauth-rows.ts';
import { readDestinations } from '../../store/destinations.ts';
import { removeTestCall } from '../../store/upkeep/remove-test-call.ts';
import type { CommandContext } from '../command-context.ts';
import { print } from '../print.ts';
import { awaitLanding, removeRow } from './await-landing.ts';
import { connectTo, findAddress } from './reach.ts';
import { readIssuer, sendPush, takeToken } from './send.ts';
import { createSteps, StepFailed, type Steps } from './steps.ts';

const clientName = 'npm run ping (removed after the test)';
// No test takes this long, so an older client is left from a test that was killed.
const leftOverMs = 600_000;

export interface PingOptions {
  /** The base address, without a slash at its end. */
  readonly base: string;
  /** Undefined when no call lands in a table. */
  readonly reportingUrl: string | undefined;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Sends one test call the way that Jet's calls take, and removes it again. The test uses its own OAuth client, which it
 * deletes too. Returns true when each step worked.
 */
export async function runPing(context: CommandContext, options: PingOptions): Promise<boolean> {
  const { store } = context;
  const steps = createSteps();
  const url = new URL(options.base);
  const callId = `${testCallPrefix}${randomUUID()}`;
  let clientId: string | undefined;
  let hasLanded = false;
  let works = false;
  try {
    await steps.run('name', () => findAddress(url), String);
    await steps.run(url.protocol === 'https:' ? 'TLS' : 'connect', () => connectTo(url), String);
    await steps.run('issuer', () => readIssuer(options.base), String);
    const client = await makeClient(context);
    clientId = client.clientId;
    const token = await steps.run('token', () =>
      takeToken(options.base, client.clientId, client.clientSecret),
    );
    options.signal.throwIfAborted();
    await steps.run(
      'push',
      () => sendPush(options.base, token, testCall(callId)),
      (id) => `stored as ${id}`,
    );
    const { reportingUrl, waitMs, signal } = options;
    if (reportingUrl !== undefined) {
      await steps.run(
        'landed',
        () => awaitLanding(store, reportingUrl, callId, waitMs, signal),
        () => 'in jet_calls',
      );
      hasLanded = true;
    }
    works = true;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  } finally {
    works = (await remove(context, steps, { ...options, callId, clientId, hasLanded })) && works;
  }
  if (works) print(`The test took ${Math.round(steps.totalMs())} ms.`);
  if (options.reportingUrl === undefined)
    print('ADAPTERS does not name sql, so the test cannot see whether calls land.');
  return works;
}

/** An invented call. Its numbers are reserved for fiction. */
function testCall(callId: string): object {
  const now = new Date().toISOString();
  return {
    ...{ callsessionid: callId, originnumber: '0491 570 006', phonenumber: '1300 975 707' },
    ...{ callstarttime: now, callendtime: now, duration: 0, dialstatus: 'ANSWER' },
    servicename: 'Test call of npm run ping',
  };
}

async function makeClient({ store, settings: { core } }: CommandContext): ReturnType<typeof createClient> {
  const leftOver = (await readClients(store)).filter(
    ({ name, createdAtMs }) => name === clientName && createdAtMs < Date.now() - leftOverMs,
  );
  for (const { id } of leftOver) await deleteClient(store, id);
  const key = (await secretKeysOf(store, core, secretKeyFile(core))).present;
  return createClient(store, key, Date.now, { name: clientName });
}

interface Remains extends Pick<PingOptions, 'reportingUrl'> {
  readonly callId: string;
  readonly clientId: string | undefined;
  readonly hasLanded: boolean;
}

/** Removes everything that the test has made, also after a failure. Returns false when something remains. */
async function remove(
  { store }: CommandContext,
  steps: Steps,
  { callId, clientId, reportingUrl, hasLanded }: Remains,
): Promise<boolean> {
  if (clientId === undefined) return true;
  const work = async (): Promise<void> => {
    const names = (await readDestinations(store)).map(({ name }) => name);
    // The call goes first, so that nothing is delivered any more.
    await removeTestCall(store, callId, names);
    if (reportingUrl !== undefined) await removeRow(reportingUrl, callId, hasLanded);
    await deleteClient(store, clientId);
  };
  return steps
    .run('removed', work, () => 'the call, its row and the client of the test')
    .then(() => true)
    .catch(() => {
      print(
        `Not everything was removed. The call has the id ${callId}, and the client has the id ${clientId}.`,
      );
      return false;
    });
}

import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../fixtures/free-port.ts';

/** A measured server in its own process. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly token: string;
  stop(): Promise<void>;
}

const environment = { ...process.env, NODE_ENV: 'production' };
// The flags and variables of `npm start`.
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
const startFlags = scripts.start.match(/--\S+/g) ?? [];
const startVariables = Object.fromEntries(
  (scripts.start.match(/\b[A-Z_]+=\S+/g) ?? []).map((variable) => variable.split('=') as [string, string]),
);
const readyWithinMs = 120_000;

// When the bench ends for any reason, the measured server ends too.
const kits = new Set<ChildProcess>();
process.once('exit', () => kits.forEach((kit) => kit.kill()));

export async function startBare(): Promise<Server> {
  return startScript('bare-server.ts', [], 'none');
}

/** @param url of an empty database */
export async function startNaive(url: string): Promise<Server> {
  const token = 'n'.repeat(43);
  return startScript('naive-server.ts', [url, token], token);
}

async function startScript(file: string, args: readonly string[], token: string): Promise<Server> {
  const child = fork(new URL(file, import.meta.url), [...args], { env: environment });
  const [port] = (await once(child, 'message')) as [number];
  return { pid: child.pid ?? 0, port, token, stop: () => stopProcess(child) };
}

/** A kit's folder and its two databases. */
export interface KitPlace {
  readonly folder: string;
  readonly storeUrl: string;
  readonly reportingUrl: string;
}

export function sqlitePlace(folder: string): KitPlace {
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    storeUrl: `sqlite:${join(folder, 'jet.sqlite')}`,
    reportingUrl: `sqlite:${join(folder, 'reporting.sqlite')}`,
  };
}

/**
 * Starts the built kit as an operator would, and gets a token for the client that its first start creates. A kit that
 * only delivers accepts no pushes and has no token.
 */
export async function startKit(
  { folder, storeUrl, reportingUrl }: KitPlace,
  role: 'receive' | 'deliver' | 'all',
): Promise<Server> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const child = spawn(process.execPath, [...startFlags, resolve('dist/src/main.js')], {
    cwd: folder,
    env: {
      ...environment,
      ...startVariables,
      ROLE: role,
      PORT: String(port),
      CONSOLE_PORT: '0',
      DATABASE_URL: storeUrl,
      REPORTING_DATABASE_URL: reportingUrl,
    },
    // The kit writes a log line for each push. Reading it costs nothing.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  kits.add(child);
  await waitUntilReady(child, port);
  // The file is beside a SQLite store. With a server, it is in the folder that the kit creates.
  const [, file] = /^sqlite:(.*)$/.exec(storeUrl) ?? [];
  const dataFolder = file === undefined ? join(folder, 'data') : dirname(file);
  const token = role === 'deliver' ? '' : await fetchToken(dataFolder, port);
  return { pid: child.pid ?? 0, port, token, stop: () => stopProcess(child) };
}

async function waitUntilReady(child: ChildProcess, port: number): Promise<void> {
  const untilMs = Date.now() + readyWithinMs;
  while (Date.now() < untilMs) {
    await sleep(100);
    if (child.exitCode !== null) throw new Error(`The kit ended with code ${child.exitCode}.`);
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (response?.ok === true) return;
  }
  throw new Error('The kit was not ready in time.');
}

async function fetchToken(folder: string, port: number): Promise<string> {
  const file = join(folder, 'first-start.txt');
  const untilMs = Date.now() + readyWithinMs;
  while (!existsSync(file)) {
    if (Date.now() > untilMs) throw new Error(`The kit did not show its first client in ${file}.`);
    await sleep(20);
  }
  const shown = readFileSync(file, 'utf8');
  const named = (label: string): string => new RegExp(`${label} +(\\S+)`).exec(shown)?.[1] ?? '';
  const response = await fetch(`http://127.0.0.1:${port}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: named('Client ID'),
      client_secret: named('Client Secret'),
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  if (child.connected) child.disconnect();
  else child.kill('SIGTERM');
  await ended;
}

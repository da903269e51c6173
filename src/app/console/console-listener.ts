import { createDeviceCookies } from '../../auth/device-cookie.ts';
import { createConsoleApp } from '../../console/console-app.ts';
import { createConsoleSessions } from '../../console/console-sessions.ts';
import { createNotices } from '../../console/notices.ts';
import { createConnectionLimit, type ConnectionRoom } from '../../http/connection-limit.ts';
import { startServer, type RunningServer } from '../../http/server.ts';
import { consoleAreas, type ConsoleParts } from './console-areas.ts';
import type { OperatorAccess } from '../http-dependencies.ts';
import type { ReceivingKit } from '../kit.ts';

// Enough for a few people with a live page each. These connections use descriptors that are reserved for other uses.
const servedMax = 40;

/**
 * Starts the listener of the console. Undefined when CONSOLE_PORT is 0, and when the port cannot be used, because the
 * receiver must still take pushes.
 *
 * @param room the connections of the receiver
 */
export async function startConsole(
  kit: ReceivingKit,
  { passwords, throttle }: OperatorAccess,
  room: ConnectionRoom,
  isClosing: () => boolean,
  parts: ConsoleParts,
): Promise<RunningServer | undefined> {
  const { store, gate, core, secretKeys, log, limitedLog, clock } = kit;
  if (core.CONSOLE_PORT === 0) return undefined;
  const sessions = createConsoleSessions(store, secretKeys, passwords, clock);
  const forms = { store, sessions, notices: createNotices(secretKeys), clock };
  const app = createConsoleApp({
    ...forms,
    ...{ passwords, throttle, isClosing, log: limitedLog },
    // The console has an address of its own, so the public address says nothing about its cookies.
    devices: createDeviceCookies(secretKeys, undefined, clock),
    areas: consoleAreas(kit, forms, parts, isClosing),
    trustProxy: core.TRUST_PROXY,
    isStoreUnavailable: gate.isAway,
  });
  const limit = createConnectionLimit({
    served: Math.max(4, Math.min(servedMax, Math.floor(room.served / 8))),
    turnedAway: 2,
  });
  try {
    return await startServer(app, core.CONSOLE_HOST, core.CONSOLE_PORT, limit, limitedLog);
  } catch (error) {
    const remedy =
      'Set CONSOLE_PORT to a free port, or to 0 for a process without a console. Then start the receiver again';
    log.warn(
      { error, host: core.CONSOLE_HOST, port: core.CONSOLE_PORT, remedy },
      'The console could not be started. Pushes are received without it',
    );
    return undefined;
  }
}

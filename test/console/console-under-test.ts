import { Visitor, type Page } from '../auth/oauth/visitor.ts';
import { freePort } from '../fixtures/free-port.ts';
import {
  consolePassword,
  startRunningReceiver,
  type RunningReceiver,
  type StartOptions,
} from '../fixtures/running-receiver.ts';

export { consolePassword };
export const viewerPassword = 'viewer-password-of-the-tests';

/** A running receiver with a console. */
export interface ConsoleUnderTest extends RunningReceiver {
  /** The address of the console, without a path. */
  readonly consoleUrl: string;
  /** A browser without a screen, for tests of answers. */
  visitor(): Visitor;
  /** A visitor who is signed in. */
  signedIn(password?: string): Promise<Visitor>;
  /** A visitor with the session of the first call, because each sign-in takes long to hash the password. */
  inSession(password?: string): Promise<Visitor>;
}

/** Starts a receiver with a console on a free port, with both passwords. */
export async function startConsole({
  settings = {},
  ...options
}: StartOptions = {}): Promise<ConsoleUnderTest> {
  const receiver = await startRunningReceiver({
    ...options,
    settings: {
      CONSOLE_PORT: String(await freePort()),
      CONSOLE_VIEWER_PASSWORD: viewerPassword,
      ...settings,
    },
  });
  const consoleUrl = receiver.console?.url;
  if (consoleUrl === undefined) throw new Error(`The console did not start: ${receiver.logLines.join('\n')}`);
  const visitor = (): Visitor => new Visitor(consoleUrl);
  const signedIn = async (password = consolePassword): Promise<Visitor> => {
    const own = visitor();
    const page = await signIn(own, password);
    if (page.status !== 303) throw new Error(`The sign-in was answered ${page.status}`);
    return own;
  };
  const sessions = new Map<string, Promise<Visitor>>();
  return {
    ...receiver,
    ...{ consoleUrl, visitor, signedIn },
    async inSession(password = consolePassword) {
      const first = sessions.get(password) ?? signedIn(password);
      sessions.set(password, first);
      const own = visitor();
      for (const [name, value] of (await first).cookies) own.cookies.set(name, value);
      return own;
    },
  };
}

/** Sends the sign-in form as a browser does. */
export async function signIn(visitor: Visitor, password: string, path = '/console/sign-in'): Promise<Page> {
  const { csrf } = await visitor.get(path);
  return visitor.post(path, { token: csrf, password });
}

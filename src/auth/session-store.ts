import session, { type SessionData } from 'express-session';
import type { Clock } from '../domain/clock.ts';
import { deleteSession, readSession, renewSession, writeSession } from '../store/oauth/sessions.ts';
import type { Store } from '../store/store.ts';
import { hashToken } from './secrets.ts';

/** A session expires after this time without a request. */
export const sessionIdleMs = 30 * 60_000;
/** A session expires after this time even if it is used. */
const sessionLifetimeMs = 8 * 3_600_000;

type Done<Result = void> = (error?: unknown, result?: Result) => void;

interface KeptSession {
  readonly startedAtMs: number;
  readonly data: SessionData;
}

/** The session of a request. `isKept` is true when it was read from the database. */
type SessionOfRequest = SessionData & { isKept?: true };

/**
 * Stores the sessions of the sign-in page in our own database, under the hash of their ids.
 *
 * A session is stored only after a sign-in. Before that, it has only its id, which is in the signed cookie. So strangers
 * who load the page add no rows.
 */
export class StoredSessions extends session.Store {
  private readonly store: Store;
  private readonly clock: Clock;

  constructor(store: Store, clock: Clock) {
    super();
    this.store = store;
    this.clock = clock;
  }

  override get(id: string, done: Done<SessionData | null>): void {
    this.read(id).then(
      (kept) => done(undefined, kept === undefined ? { cookie: new session.Cookie() } : withNote(kept.data)),
      (error: unknown) => done(error),
    );
  }

  override set(id: string, data: SessionData, done: Done = () => undefined): void {
    (isSignedIn(data) ? this.write(id, data) : Promise.resolve()).then(
      () => done(),
      (error: unknown) => done(error),
    );
  }

  override touch(id: string, data: SessionData, done: Done = () => undefined): void {
    this.set(id, data, done);
  }

  override destroy(id: string, done: Done = () => undefined): void {
    deleteSession(this.store, hashToken(id)).then(
      () => done(),
      (error: unknown) => done(error),
    );
  }

  private async read(id: string): Promise<KeptSession | undefined> {
    const text = await readSession(this.store, hashToken(id), this.clock());
    if (text === undefined) return undefined;
    const kept = JSON.parse(text) as KeptSession;
    return this.clock() < kept.startedAtMs + sessionLifetimeMs ? kept : undefined;
  }

  private async write(id: string, data: SessionData): Promise<void> {
    const nowMs = this.clock();
    const startedAtMs = (await this.read(id))?.startedAtMs ?? nowMs;
    const kept: KeptSession = { startedAtMs, data };
    // A request can begin before the sign-out and end after it. It must not restore the deleted session, so a session
    // that came from the database is only renewed.
    const write = (data as SessionOfRequest).isKept === true ? renewSession : writeSession;
    await write(this.store, hashToken(id), JSON.stringify(kept), nowMs + sessionIdleMs);
  }
}

function withNote(data: SessionData): SessionOfRequest {
  return { ...data, isKept: true };
}

function isSignedIn(data: SessionData): boolean {
  return (data as { passport?: { user?: unknown } }).passport?.user !== undefined;
}

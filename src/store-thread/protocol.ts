import type { PhoneSettings } from '../domain/phone-number.ts';
import type { IntakeSettings } from '../intake/read-push.ts';
import type { InboxOptions } from '../store/inbox.ts';
import type { ReceivedBody, TakenBody } from './body-inbox.ts';
import type { SentError } from './sent-error.ts';

// The messages between the receiver's main thread and its store thread.

/** What the thread gets when it starts. */
export interface ThreadSettings extends Pick<
  InboxOptions,
  'destinations' | 'secretKeys' | 'quarantineBytesMax'
> {
  readonly databaseUrl: string;
  readonly intake: Omit<IntakeSettings, 'numberKey'> & { readonly numbers: PhoneSettings };
  /** The longest time for one commit. */
  readonly answersWithinMs: number;
}

/** A body in a batch, with the facts of its request. Its bytes are in the batch. */
export type SentBody = Omit<ReceivedBody, 'body'> & { readonly length: number };

export type ToThread =
  | {
      readonly kind: 'bodies';
      readonly batch: number;
      /** The time of the main thread. The thread has no clock of its own. */
      readonly nowMs: number;
      /** All bodies, one after the other. */
      readonly bytes: ArrayBuffer;
      readonly bodies: readonly SentBody[];
    }
  /** The main thread wants to use its writer of SQLite. Let it do so after the commits that wait already. */
  | { readonly kind: 'ask_turn'; readonly turn: number }
  | { readonly kind: 'end_turn'; readonly turn: number }
  /** Close the database and end. No bodies follow. */
  | { readonly kind: 'close' };

/** The thread sends its messages in lists. */
export type FromThread =
  | { readonly kind: 'ready' }
  /** The results of a batch, in its order. Each one is on the disk. */
  | { readonly kind: 'taken'; readonly batch: number; readonly results: readonly (TakenBody | SentError)[] }
  | { readonly kind: 'committed'; readonly size: number; readonly durationMs: number }
  /** The main thread may write. If the thread got its connection, it writes nothing until the turn ends. */
  | { readonly kind: 'turn'; readonly turn: number }
  /** Some work on the store ended or failed, so the thread does not hang. */
  | { readonly kind: 'worked' }
  /** Pushes were stored, so deliveries may be due. */
  | { readonly kind: 'stored' }
  | {
      readonly kind: 'log';
      readonly level: 'error' | 'warn' | 'info';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    };

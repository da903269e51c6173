import type { Properties } from '../check/properties.ts';
import type { Landing } from '../api/run.ts';
import type { Left } from './trace.ts';

/** A call that is in HubSpot. */
export interface Known extends Landing {
  readonly remoteId: string;
  /** What it shows now, where that was read already. */
  readonly shown?: Readonly<Record<string, string | null>> | undefined;
  /** True when it is not known whether it is associated with whom it is about. */
  readonly mayLackPeople: boolean;
  /** True when it is as it was made. */
  readonly isUntouched?: boolean;
}

/** A call, and what is to be changed of it. */
export interface Change {
  readonly known: Known;
  readonly properties: Properties;
  /** What it shows already as the kit would write it. */
  readonly same: Properties;
  readonly left: Left;
}

import type { PushWarning } from '../domain/push.ts';
import type { Stage } from '../domain/stage.ts';
import { isList, type ListReading } from '../intake/read-body.ts';
import { isFault, type IntakeSettings, type PushReading } from '../intake/read-push.ts';
import { openBody } from '../quarantine/open-body.ts';
import type { Inbox, ListItem, RawBody, Refusal, Taken } from '../store/inbox.ts';
import { createPushId } from '../store/push-id.ts';
import type { NewPush } from '../store/pushes.ts';
import type { ProblemCode } from '../web/problem.ts';

/** The body of a request, with the facts of the request that are stored. */
export interface ReceivedBody extends RawBody {
  readonly receivedAtMs: number;
  /** Who sent it: the id of an OAuth client, or `fixed header`. */
  readonly sender: string | undefined;
}

/** What became of one push. It is on the disk. */
export type TakenPush = {
  readonly callId: string;
  readonly stage: Stage;
  readonly warnings: readonly PushWarning[];
} & (
  | {
      readonly kind: 'stored';
      /** For a duplicate: the id of the push that was stored first. */
      readonly pushId: string;
      readonly duplicate: boolean;
    }
  | {
      readonly kind: 'set_aside';
      readonly code: Extract<Taken, { kind: 'set_aside' }>['code'];
      readonly quarantineId: string;
    }
);

/** A body, or an item of a list, that is in the quarantine because it is not a push. */
export interface RefusedPush {
  readonly kind: 'refused';
  readonly code: ProblemCode;
  readonly detail: string;
  readonly quarantineId: string;
}

/** What became of a body. A list has one entry for each item, in its order. */
export type TakenBody =
  TakenPush | RefusedPush | { readonly kind: 'list'; readonly items: readonly (TakenPush | RefusedPush)[] };

/** Reads bodies and stores their calls. The errors are those of {@link Inbox}. */
export interface BodyInbox {
  /** Reads a body, and stores its calls or keeps the body in the quarantine. Returns after the commit. */
  readonly take: (body: ReceivedBody) => Promise<TakenBody>;
  /** Keeps a body that is not a push in the quarantine. Returns its id there. */
  readonly refuse: (raw: RawBody, refusal: Refusal) => Promise<string>;
}

/** Reads bodies in the thread that calls it. */
export function createBodyInbox(inbox: Inbox, settings: IntakeSettings): BodyInbox {
  const takeList = async ({ items }: ListReading, body: ReceivedBody): Promise<TakenBody> => {
    const listed = items.map((item): ListItem =>
      isFault(item)
        ? { refusal: { code: item.code, detail: item.detail }, raw: rawItem(item.text, body.pathStage) }
        : { push: newPush(item, body), raw: rawItem(item.body, body.pathStage) },
    );
    const taken: (TakenPush | RefusedPush)[] = [];
    for await (const result of inbox.takeList(listed)) {
      const push = listed[taken.length]?.push;
      if (result.kind === 'refused') taken.push(result as RefusedPush);
      else if (push !== undefined) taken.push(takenPush(push, result));
    }
    return { kind: 'list', items: taken };
  };

  return {
    async take(body) {
      const reading = await openBody(body, settings);
      if ('code' in reading) {
        const quarantineId = await inbox.refuse(body, reading);
        return { kind: 'refused', code: reading.code, detail: reading.detail, quarantineId };
      }
      if (isList(reading)) return takeList(reading, body);
      const push = newPush(reading, body);
      const taken = await inbox.take(push, body);
      return taken.kind === 'refused' ? (taken as RefusedPush) : takenPush(push, taken);
    },
    refuse: (raw, refusal) => inbox.refuse(raw, refusal),
  };
}

// No spread: V8 gives an object that is spread and then extended its own hidden class, which makes it slow.
function newPush(reading: PushReading, { receivedAtMs, pathStage, sender }: ReceivedBody): NewPush {
  return {
    id: createPushId(receivedAtMs),
    callId: reading.callId,
    stage: reading.stage,
    contentHash: reading.contentHash,
    receivedAtMs,
    fields: reading.fields,
    extra: reading.extra,
    warnings: reading.warnings,
    body: reading.body,
    pathStage,
    sender,
  };
}

function takenPush(push: NewPush, taken: Exclude<Taken, { kind: 'refused' }>): TakenPush {
  const { moved } = taken;
  const { stage } = push;
  const callId = moved?.callId ?? push.callId;
  const warnings = moved === undefined ? push.warnings : [...push.warnings, moved.warning];
  if (taken.kind === 'stored')
    return { kind: 'stored', pushId: taken.pushId, duplicate: taken.duplicate, callId, stage, warnings };
  return { kind: 'set_aside', code: taken.code, quarantineId: taken.quarantineId, callId, stage, warnings };
}

/** An item in the form that the quarantine stores: its own JSON text. */
function rawItem(text: string, pathStage: Stage | undefined): ListItem['raw'] {
  return () => ({
    body: Buffer.from(text),
    pathStage,
    contentType: 'application/json',
    contentEncoding: undefined,
  });
}

import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../domain/clock.ts';
import { completeAudit, recordAudit } from '../store/lookup/audit.ts';
import type { Store } from '../store/store.ts';
import { readBody } from '../web/read-body.ts';
import { operatorOnly, visitOf } from './access.ts';
import { sendConsolePage, type ConsolePage } from './console-page.ts';
import type { ConsoleSessions } from './console-sessions.ts';
import type { Notices } from './notices.ts';

/** What every form of the console needs. */
export interface FormDependencies {
  readonly store: Store;
  readonly sessions: ConsoleSessions;
  readonly notices: Notices;
  readonly clock: Clock;
}

/** The change that a form requests. It is written to the audit table before it is made. */
export interface Change {
  /** In the past tense: "revoked a client". */
  readonly what: string;
  /** The target of the change: an id, or a filter in the form of a URL query. Never a secret or a phone number. */
  readonly filter?: string;
  readonly reason?: string;
  readonly run: () => Promise<ChangeResult>;
}

export interface ChangeResult {
  /** How many things changed. */
  readonly count: number;
  /** What the browser shows next: a path of the console with a sentence about the change, or a page. */
  readonly answer: { readonly to: string; readonly notice: string } | ConsolePage;
}

const formBytesMax = 64 * 1024;

/**
 * The handlers of a form. Only the operator can send one, and only from a page of the console. `plan` reads the form's
 * fields. When it throws a Problem, nothing is changed.
 */
export function postForm(
  { store, sessions, notices, clock }: FormDependencies,
  plan: (form: URLSearchParams, request: Request) => Change | Promise<Change>,
): RequestHandler[] {
  const handle: RequestHandler = async (request, response) => {
    const form = await readOwnForm(request, sessions);
    const { what, filter, reason, run } = await plan(form, request);
    const who = visitOf(response).access;
    const id = await recordAudit(store, { who, what, filter, reason }, clock());
    const { count, answer } = await run();
    await completeAudit(store, id, count);
    send(request, response, answer, notices);
  };
  return [operatorOnly, handle];
}

/**
 * Reads the fields of a form that came from a page of the console.
 *
 * @throws Problem `not_allowed` or `body_too_large`
 */
export async function readOwnForm(request: Request, sessions: ConsoleSessions): Promise<URLSearchParams> {
  const form = new URLSearchParams((await readBody(request, formBytesMax)).toString('utf8'));
  sessions.requireOwnForm(request, form.get('token'));
  return form;
}

function send(request: Request, response: Response, answer: ChangeResult['answer'], notices: Notices): void {
  if ('content' in answer) {
    sendConsolePage(response, answer);
    return;
  }
  notices.leave(request, response, answer.notice);
  response.redirect(303, answer.to);
}

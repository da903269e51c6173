import type { RequestHandler, Response } from 'express';
import { html, type Html } from '../web/html.ts';
import { sendDocument } from '../web/send-document.ts';
import { visitOf } from './access.ts';
import type { Area } from './area.ts';
import type { Notices } from './notices.ts';
import { scriptPath, stylesheetPath } from './static-files.ts';

export interface ConsolePage {
  readonly title: string;
  readonly content: Html;
  /** The status of the answer, 200 if not given. */
  readonly status?: number;
}

interface Frame {
  readonly areas: readonly Area[];
  readonly notices: Notices;
}

/** Gives each page the data of its frame: the navigation and the notice. */
export function framePages(areas: readonly Area[], notices: Notices): RequestHandler {
  return (_request, response, next) => {
    const frame: Frame = { areas, notices };
    response.locals['frame'] = frame;
    next();
  };
}

/** Sends a page to a signed-in person: navigation, a notice from the last form, the content and the help for keys. */
export function sendConsolePage(response: Response, { title, content, status = 200 }: ConsolePage): void {
  const { areas, notices } = response.locals['frame'] as Frame;
  const visit = visitOf(response);
  const notice = notices.take(response.req, response);
  sendDocument(response, status, {
    title: `${title} · Jet receiver`,
    head: html`<link rel="icon" href="/console/icon.svg" />
      <link rel="stylesheet" href="${stylesheetPath}" />
      <script src="${scriptPath}" defer></script>`,
    body: html`<body>
      <a class="skip" href="#content">Skip to the content</a>
      <header class="top">
        <nav aria-label="Console">${areas.map((area) => entry(area, response.req.path))}</nav>
        <form method="post" action="/console/sign-out">
          <input type="hidden" name="token" value="${visit.formToken}" />
          <span class="who">${visit.access}</span>
          <button type="button" class="quiet" data-keys hidden aria-haspopup="dialog">Keys</button>
          <button class="quiet">Sign out</button>
        </form>
      </header>
      <main id="content" tabindex="-1">
        <h1>${title}</h1>
        ${notice === undefined ? undefined : html`<p class="notice" role="status">${notice}</p>`} ${content}
      </main>
      <p id="announcer" class="unseen" role="status"></p>
      ${keysDialog}
    </body>`,
  });
}

function entry({ path, name }: Area, current: string): Html {
  const isHere = path === '/console' ? current === path : `${current}/`.startsWith(`${path}/`);
  return html`<a href="${path}" ${isHere ? html`aria-current="page"` : undefined}>${name}</a>`;
}

const keysDialog = html`<dialog id="keys" aria-labelledby="keys-title">
  <h2 id="keys-title">Keys</h2>
  <dl class="keys">
    <dt><kbd>/</kbd></dt>
    <dd>Search</dd>
    <dt><kbd>j</kbd> <kbd>k</kbd></dt>
    <dd>Next and previous row</dd>
    <dt><kbd>Enter</kbd></dt>
    <dd>Open the row</dd>
    <dt><kbd>r</kbd></dt>
    <dd>Replay</dd>
    <dt><kbd>?</kbd></dt>
    <dd>This help</dd>
  </dl>
  <p>
    <label class="check"><input type="checkbox" id="keys-on" checked /> Use these keys</label>
  </p>
  <form method="dialog"><button>Close</button></form>
</dialog>`;

import type { RequestHandler, Response } from 'express';
import { html, type Html } from './html.ts';
import { sendDocument } from './send-document.ts';

// Below /oauth/, because a proxy in front forwards that path.
export const stylePath = '/oauth/page.css';

/**
 * Sends a page. Browsers must not cache it, frame it or run scripts on it.
 *
 * @param formTargets other origins that its forms may lead to, including redirects
 */
export function sendPage(
  response: Response,
  status: number,
  title: string,
  content: Html,
  formTargets: readonly string[] = [],
): void {
  response.setHeader('Cache-Control', 'no-store');
  const formAction = ["'self'", ...formTargets].join(' ');
  response.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'self'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`,
  );
  // Not no-referrer, because a browser then sends "Origin: null" with the form.
  response.setHeader('Referrer-Policy', 'same-origin');
  sendDocument(response, status, {
    title,
    head: html`<link rel="stylesheet" href="${stylePath}" />`,
    body: html`<body>
      <main>
        <h1>${title}</h1>
        ${content}
      </main>
    </body>`,
  });
}

/** The style of the pages. Contrasts are at least 7 to 1, in light and dark. */
const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #6b7280; --accent: #0b4f9e; --on-accent: #fff; --fault: #8f1d14; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --paper: #16191d; --line: #9aa3af; --accent: #a8cbff; --on-accent: #10151c; --fault: #ffb4ab; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 1.0625rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 32rem; margin: 10vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 1rem 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 26rem) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
}
code { font-size: .9375rem; overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin-bottom: .25rem; }
input { width: 100%; font: inherit; padding: .5rem .625rem; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .375rem; }
button { font: inherit; font-weight: 600; padding: .5rem 1.125rem; margin: 1rem .5rem 0 0; border: 2px solid var(--accent); border-radius: .375rem; color: var(--on-accent); background: var(--accent); cursor: pointer; }
button.secondary { color: var(--accent); background: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.fault { color: var(--fault); font-weight: 600; }
`;

export const sendStyle: RequestHandler = (_request, response) => {
  response.setHeader('Content-Type', 'text/css; charset=utf-8');
  response.setHeader('Cache-Control', 'public, max-age=3600');
  response.end(style);
};

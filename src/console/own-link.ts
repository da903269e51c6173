import { html, type Html } from '../web/html.ts';

/**
 * Returns the text if it is a path of the console, otherwise undefined. Use it for every address from outside, such
 * as the page to return to.
 */
export function ownPath(text: string | null | undefined): string | undefined {
  if (text === null || text === undefined || text.length > 4_000) return undefined;
  return /^\/console(?:[/?#][\x21\x23-\x5b\x5d\x5f\x61-\x7e]*)?$/.test(text) && !text.includes('//')
    ? text
    : undefined;
}

/**
 * Makes a link. Only own paths and https addresses become links; anything else shows as text.
 *
 * @param title the tooltip
 */
export function link(href: string, content: Html | string, title?: string): Html {
  const isOwn = ownPath(href) !== undefined;
  if (!isOwn && !isHttps(href)) return html`${content}`;
  return html`<a
    href="${href}"
    ${isOwn ? undefined : html`rel="noreferrer noopener" target="_blank"`}
    ${title === undefined ? undefined : html`title="${title}"`}
    >${content}</a
  >`;
}

/** A path with a query. Empty and undefined values are omitted. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const filled = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  const text = new URLSearchParams(filled).toString();
  return text === '' ? path : `${path}?${text}`;
}

function isHttps(text: string): boolean {
  return URL.parse(text)?.protocol === 'https:';
}

import type { Response } from 'express';
import { html, type Html } from './html.ts';

export interface HtmlDocument {
  readonly title: string;
  /** What follows the title in the head: links to the style, scripts. */
  readonly head: Html;
  /** The whole element, so that a page decides its attributes. */
  readonly body: Html;
}

/** Sends a whole HTML document. */
export function sendDocument(response: Response, status: number, { title, head, body }: HtmlDocument): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title}</title>
          ${head}
        </head>
        ${body}
      </html>`.text,
  );
}

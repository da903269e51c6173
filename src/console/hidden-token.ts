import type { Response } from 'express';
import { html, type Html } from '../web/html.ts';
import { visitOf } from './access.ts';

/** The hidden field that every form with method post needs. */
export function hiddenToken(response: Response): Html {
  return html`<input type="hidden" name="token" value="${visitOf(response).formToken}" />`;
}

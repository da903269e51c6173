import type { Response } from 'express';
import { replayReasonMax } from '../../store/lookup/replay/replay-jobs.ts';
import { html, type Html } from '../../web/html.ts';
import { visitOf } from '../access.ts';
import { hiddenToken } from '../hidden-token.ts';
import type { FilterFields } from './delivery-filter.ts';
import { hiddenFields } from './filter-form.ts';
import { jobsPath } from './jobs.ts';

/**
 * A form that replays deliveries, with the reason and a button. Undefined for a viewer.
 *
 * @param fields which deliveries: for one of a call, `destination` and `call`
 * @param button the word on the button
 */
export function replayForm(response: Response, fields: FilterFields, button = 'Replay'): Html | undefined {
  if (visitOf(response).access !== 'operator') return undefined;
  return html`<form method="post" action="${jobsPath}" class="filters">
    ${hiddenToken(response)} ${hiddenFields(fields)}
    <label
      >Reason
      <input name="reason" required maxlength="${replayReasonMax}" placeholder="Why you replay" size="40"
    /></label>
    <button data-replay>${button}</button>
  </form>`;
}

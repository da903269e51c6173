import { html, type Html } from '../web/html.ts';

/** The look of a state: good, in progress, needs attention, failed. The word says the same as the colour. */
export type Tone = 'ok' | 'idle' | 'warn' | 'bad';

export function chip(word: string, tone: Tone, title?: string): Html {
  return html`<span class="chip ${tone}" ${title === undefined ? undefined : html`title="${title}"`}
    >${word}</span
  >`;
}

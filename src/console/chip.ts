import { html, type Html } from '../web/html.ts';

/** How a state looks: good, in progress, worth a look, failed. The word says the same, so colour is never alone. */
export type Tone = 'ok' | 'idle' | 'warn' | 'bad';

export function chip(word: string, tone: Tone, title?: string): Html {
  return html`<span class="chip ${tone}" ${title === undefined ? undefined : html`title="${title}"`}
    >${word}</span
  >`;
}

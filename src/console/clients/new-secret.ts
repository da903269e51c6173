import type { ClientCredentials } from '../../auth/clients.ts';
import { html, type Html } from '../../web/html.ts';
import { shownTime } from '../shown-time.ts';

export interface NewSecret {
  readonly made: ClientCredentials;
  /** Until when the old secret is accepted. */
  readonly untilMs: number;
  /** True when this rotation ended the secret before the old one. */
  readonly wasStillValid: boolean;
  readonly timeZone: string;
  readonly nowMs: number;
}

/** Shows a new secret, once. */
export function newSecretContent({ made, untilMs, wasStillValid, timeZone, nowMs }: NewSecret): Html {
  return html`<p>This secret of ${made.name} is shown once. Paste it into the sender's form now.</p>
    <dl class="facts">
      <dt>Client ID</dt>
      <dd><code>${made.clientId}</code></dd>
      <dt>Client Secret</dt>
      <dd><code class="secret">${made.clientSecret}</code></dd>
      <dt>Scope</dt>
      <dd><code>${made.scope}</code></dd>
    </dl>
    <p>The old secret is accepted until ${shownTime(untilMs, timeZone, nowMs)}.</p>
    ${wasStillValid ? html`<p>The secret before the old one is no longer accepted.</p>` : undefined}
    <p><a href="/console/clients">Back to the clients</a></p>`;
}

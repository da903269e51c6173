import type { AuthorizationRefusal, AuthorizationRequest } from '../auth/authorization-request.ts';
import { html, type Html } from '../web/html.ts';
import { passwordFault, passwordFields } from '../web/password-form.ts';

/** Asks for the console password. */
export function signInForm(asked: AuthorizationRequest, csrf: string, fault: string | undefined): Html {
  return html`<p>
      <strong>${asked.client.name}</strong> wants to send call data to this receiver. Sign in to decide.
    </p>
    ${passwordFault(fault)}
    <form method="post">
      <input type="hidden" name="csrf" value="${csrf}" />
      <input type="hidden" name="step" value="sign-in" />
      ${passwordFields(fault)}
      <button type="submit">Sign in</button>
    </form>`;
}

/** Shows which client asks for which scope, and the address to which the person is sent back. */
export function consentForm(asked: AuthorizationRequest, csrf: string): Html {
  return html`<dl>
      <dt>Client</dt>
      <dd>${asked.client.name}</dd>
      <dt>May</dt>
      <dd>send pushes (scope ${asked.scope})</dd>
      <dt>Sends you back to</dt>
      <dd>${new URL(asked.redirectUri).host}</dd>
      <dt>For</dt>
      <dd>a year. Ends earlier if you revoke it, or after 90 days without use</dd>
    </dl>
    <p>Approve only if you set this client up yourself. The client can only send data. It cannot read any.</p>
    <form method="post">
      <input type="hidden" name="csrf" value="${csrf}" />
      <button type="submit" name="step" value="approve">Approve</button>
      <button type="submit" name="step" value="deny" class="secondary">Refuse</button>
    </form>
    ${signOutForm(csrf)}`;
}

/** The sign-out button on each page that only a signed-in operator can see. */
function signOutForm(csrf: string): Html {
  return html`<form method="post">
    <input type="hidden" name="csrf" value="${csrf}" />
    <button type="submit" name="step" value="sign-out" class="secondary">Sign out</button>
  </form>`;
}

/** Refuses a request whose redirect address cannot be trusted, so the person stays on this page. */
export function refusalPage(
  { reason, asked, command }: Extract<AuthorizationRefusal, { kind: 'page' }>,
  requestId: string,
): Html {
  return html`<p>${reason}</p>
    ${command === undefined ? undefined : html`<p><code>${command}</code></p>`}
    ${
      asked === undefined
        ? undefined
        : html`<dl>
            <dt>Asked for</dt>
            <dd>${asked.uri}</dd>
          </dl>`
    }
    <p>Nothing was approved. You can close this page.</p>
    <p>Request ${requestId}</p>`;
}

/** Says that a form was refused or that the server cannot work now. */
export function troublePage(trouble: string, address: string, requestId: string): Html {
  return html`<p role="alert">${trouble}</p>
    <p>Nothing was approved. <a href="${address}">Load the page again</a> and try once more.</p>
    <p>Request ${requestId}</p>`;
}

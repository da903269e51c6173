import type { OAuthClientRow } from '../../store/oauth/oauth-rows.ts';
import { html, type Html } from '../../web/html.ts';
import { chip } from '../chip.ts';
import { shownTime } from '../shown-time.ts';
import { table } from '../table.ts';

/** What the form of the sender asks for, besides the values of one client. */
export interface SenderForm {
  readonly authenticationUrl: string;
  readonly tokenUrl: string;
  readonly webhookUrls: readonly { readonly stage: string; readonly url: string }[];
  /** False while PUBLIC_URL is not set, so that the addresses contain a placeholder. */
  readonly isPublic: boolean;
}

/** A redirect URI that an authorization request named, but that is not registered for its client. */
export interface AskedRedirect {
  readonly clientId: string;
  /** Exactly as the request named it. */
  readonly uri: string;
  readonly times: number;
  readonly lastAtMs: number;
}

/** A requested redirect URI, with the client's name and the reason why it cannot be registered. */
export type ShownRedirect = AskedRedirect & {
  readonly clientName: string;
  readonly fault: string | undefined;
};

export interface ClientsShown {
  readonly clients: readonly OAuthClientRow[];
  /** Until when each client is approved, in epoch milliseconds. */
  readonly until: ReadonlyMap<string, number>;
  readonly asked: readonly ShownRedirect[];
  readonly senderForm: SenderForm;
  readonly timeZone: string;
  readonly nowMs: number;
  readonly token: Html;
  readonly canChange: boolean;
}

/** The content of the page of clients. */
export function clientsContent(shown: ClientsShown): Html {
  const live = shown.clients.filter(({ revokedAtMs }) => revokedAtMs === undefined);
  const revoked = shown.clients.filter(({ revokedAtMs }) => revokedAtMs !== undefined);
  return html`<p>A client is a program that sends pushes. It gets its access with OAuth 2.0.</p>
    ${askedRedirects(shown)}
    <div class="cards">${live.map((client) => clientCard(client, shown))}</div>
    ${
      live.length === 0
        ? html`<p class="empty">
            There is no client. Make one: <code>npm run client -- create --name Jet</code>
          </p>`
        : undefined
    }
    ${senderFormPart(shown.senderForm)} ${revokedClients(revoked, shown)}`;
}

function askedRedirects({ asked, timeZone, nowMs, token, canChange }: ClientsShown): Html | undefined {
  if (asked.length === 0) return undefined;
  return html`<h2>Requested redirect URIs</h2>
    <p>
      A sender asked for approval and named an address that is not registered. Register the address only if it
      belongs to the sender.
    </p>
    ${table<ShownRedirect>({
      caption: 'Redirect URIs that are not registered',
      isCaptionHidden: true,
      empty: '',
      rows: asked,
      columns: [
        { name: 'Redirect URI', kind: 'wide', cell: ({ uri }) => html`<code>${uri}</code>` },
        { name: 'Client', cell: ({ clientName }) => clientName },
        { name: 'Times', kind: 'number', cell: ({ times }) => times },
        { name: 'Last', cell: ({ lastAtMs }) => shownTime(lastAtMs, timeZone, nowMs) },
        {
          name: 'Register',
          cell: ({ uri, clientId, fault }) => {
            if (fault !== undefined) return `Not possible: it ${fault}.`;
            if (!canChange) return undefined;
            return html`<form method="post" action="/console/clients/redirect">
              ${token}
              <input type="hidden" name="client" value="${clientId}" />
              <input type="hidden" name="uri" value="${uri}" />
              <button>Register</button>
            </form>`;
          },
        },
      ],
    })}`;
}

function clientCard(
  client: OAuthClientRow,
  { until, timeZone, nowMs, token, canChange }: ClientsShown,
): Html {
  const { id, name, scope, redirectUris, pkceRequired, createdAtMs, previousSecretUntilMs = 0 } = client;
  const approvedUntilMs = until.get(id);
  const hidden = html`${token}<input type="hidden" name="client" value="${id}" />`;
  return html`<section class="card" aria-labelledby="client-${id}">
    <h2 id="client-${id}">${name} ${approval(approvedUntilMs, nowMs)}</h2>
    <dl class="facts">
      <dt>Client ID</dt>
      <dd><code>${id}</code></dd>
      <dt>Scope</dt>
      <dd><code>${scope}</code></dd>
      <dt>Made</dt>
      <dd>${shownTime(createdAtMs, timeZone, nowMs)}</dd>
      <dt>Approved until</dt>
      <dd>
        ${shownTime(approvedUntilMs, timeZone, nowMs) ?? html`<span class="soft">not approved in a browser</span>`}
      </dd>
      ${
        previousSecretUntilMs > nowMs
          ? html`<dt>Old secret</dt>
              <dd>accepted until ${shownTime(previousSecretUntilMs, timeZone, nowMs)}</dd>`
          : undefined
      }
      <dt>PKCE</dt>
      <dd>${pkceRequired ? 'required' : 'accepted, not required'}</dd>
      <dt>Redirect URIs</dt>
      <dd>
        ${
          redirectUris.length === 0
            ? html`<span class="soft">none</span>`
            : redirectUris.map((uri) => html`<div><code>${uri}</code></div>`)
        }
      </dd>
    </dl>
    ${canChange ? clientForms(name, hidden) : undefined}
  </section>`;
}

function clientForms(name: string, hidden: Html): Html {
  return html`<details>
      <summary>Register a redirect URI for ${name}</summary>
      <form method="post" action="/console/clients/redirect">
        ${hidden}
        <p>
          <label
            >The address, exactly as the sender gives it
            <input type="url" name="uri" required placeholder="https://" autocomplete="off" />
          </label>
        </p>
        <button>Register</button>
      </form>
    </details>
    <details>
      <summary>Rotate the secret of ${name}</summary>
      <form method="post" action="/console/clients/rotate">
        ${hidden}
        <p>Makes a new secret and shows it once. The old secret is accepted for another 24 hours.</p>
        <button>Make a new secret</button>
      </form>
    </details>
    <details>
      <summary>Revoke ${name}</summary>
      <form method="post" action="/console/clients/revoke">
        ${hidden}
        <p>Ends the client and all its tokens. Its pushes are refused from then on. This cannot be undone.</p>
        <p>
          <label class="check"
            ><input type="checkbox" name="sure" value="yes" required /> End this client</label
          >
        </p>
        <button class="danger">Revoke</button>
      </form>
    </details>`;
}

const endsSoonMs = 30 * 86_400_000;

function approval(untilMs: number | undefined, nowMs: number): Html | undefined {
  if (untilMs === undefined) return undefined;
  return untilMs - nowMs < endsSoonMs ? chip('approval ends soon', 'warn') : chip('approved', 'ok');
}

function senderFormPart({ authenticationUrl, tokenUrl, webhookUrls, isPublic }: SenderForm): Html {
  return html`<h2>For Jet's form</h2>
    ${
      isPublic
        ? undefined
        : html`<p class="fault">PUBLIC_URL is not set, so the addresses below contain a placeholder.</p>`
    }
    <dl class="facts">
      <dt>Authentication URL</dt>
      <dd><code>${authenticationUrl}</code></dd>
      <dt>Access Token URL</dt>
      <dd><code>${tokenUrl}</code></dd>
      <dt>Client ID, Scope</dt>
      <dd>as above</dd>
      <dt>Client Secret</dt>
      <dd>shown once, when the secret is made. If the secret is lost, make a new secret.</dd>
      ${webhookUrls.map(
        ({ stage, url }) =>
          html`<dt>${stage}</dt>
            <dd><code>${url}</code></dd>`,
      )}
    </dl>`;
}

function revokedClients(
  revoked: readonly OAuthClientRow[],
  { timeZone, nowMs }: ClientsShown,
): Html | undefined {
  if (revoked.length === 0) return undefined;
  return html`<h2>Revoked</h2>
    ${table<OAuthClientRow>({
      caption: 'Revoked clients',
      isCaptionHidden: true,
      empty: '',
      rows: revoked,
      columns: [
        { name: 'Name', kind: 'main', cell: ({ name }) => name },
        { name: 'Client ID', kind: 'wide', cell: ({ id }) => html`<code>${id}</code>` },
        { name: 'Made', cell: ({ createdAtMs }) => shownTime(createdAtMs, timeZone, nowMs) },
        { name: 'Revoked', cell: ({ revokedAtMs }) => shownTime(revokedAtMs, timeZone, nowMs) },
      ],
    })}`;
}

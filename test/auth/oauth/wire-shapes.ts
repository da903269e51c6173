import type { ClientCredentials } from '../../../src/auth/clients.ts';
import { basic, type IssuerUnderTest, type Parameters, type TokenAnswer } from './issuer-under-test.ts';

/** How one kind of client sends a token request. */
export interface WireShape {
  readonly name: string;
  readonly ask: (issuer: IssuerUnderTest, parameters: Parameters) => Promise<TokenAnswer>;
}

const formType = 'application/x-www-form-urlencoded';

/** openid-client 6 percent-encodes everything except letters and digits, and writes a space as a plus. */
const strictly = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => String.fromCharCode(byte))
    .map((character) =>
      /[A-Za-z0-9]/.test(character)
        ? character
        : character === ' '
          ? '+'
          : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
/** openid-client 5 and Go encode like encodeURIComponent, and write a space as a plus. */
const spacePlus = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
/** curl, requests and n8n do not encode. */
const raw = (text: string): string => text;

const encoded = (parameters: Parameters): string => new URLSearchParams(parameters).toString();
const inBody = (client: ClientCredentials, parameters: Parameters): Parameters => ({
  ...parameters,
  client_id: client.clientId,
  client_secret: client.clientSecret,
});

function shape(
  name: string,
  init: (client: ClientCredentials, parameters: Parameters) => RequestInit & { duplex?: 'half' },
): WireShape {
  return {
    name,
    ask: (issuer, parameters) => issuer.ask('/oauth/token', init(issuer.client, parameters)),
  };
}

function byBasic(name: string, encode: (text: string) => string, type = formType): WireShape {
  return shape(name, ({ clientId, clientSecret }, parameters) => ({
    headers: { ...basic(encode(clientId), encode(clientSecret)), 'content-type': type },
    body: encoded(parameters),
  }));
}

export const wireShapes: readonly WireShape[] = [
  byBasic('Basic, strictly encoded', strictly),
  byBasic('Basic, raw', raw),
  byBasic('Basic, space as plus', spacePlus),
  byBasic('Basic, form with a charset', raw, `${formType};charset=UTF-8`),
  shape('Basic and the id in the body', ({ clientId, clientSecret }, parameters) => ({
    headers: { ...basic(clientId, clientSecret), 'content-type': formType },
    body: encoded({ ...parameters, client_id: clientId }),
  })),
  shape('body, form', (client, parameters) => ({
    headers: { 'content-type': formType },
    body: encoded(inBody(client, parameters)),
  })),
  shape('body, JSON', (client, parameters) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(inBody(client, parameters)),
  })),
  shape('body, JSON with a charset and null', (client, parameters) => ({
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ ...inBody(client, parameters), audience: null }),
  })),
  // Bytes, because fetch adds a content type to text.
  shape('body, form without a label', (client, parameters) => ({
    body: Buffer.from(encoded(inBody(client, parameters))),
  })),
  shape('body, form in chunks, any answer (jsforce)', (client, parameters) => ({
    headers: { 'content-type': formType, accept: '*/*' },
    body: new Blob([encoded(inBody(client, parameters))]).stream(),
    duplex: 'half',
  })),
  shape('body, form with empty fields and a line break (n8n)', (client, parameters) => ({
    headers: { 'content-type': formType },
    body: `${encoded({ ...inBody(client, parameters), scope: '', state: '' })}\r\n`,
  })),
  shape('body, form with fields of other grants (oauth)', (client, parameters) => ({
    headers: { 'content-type': formType },
    body: encoded({
      ...{ code: '', refresh_token: '', type: 'web_server', access_type: 'offline' },
      ...inBody(client, parameters),
    }),
  })),
];

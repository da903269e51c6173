import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { ApiAnswer } from './api-answer.ts';
import type { Org } from './org/org.ts';

export const clientId = '3MVG9standin.consumer.key.of.the.external.client.app';
export const clientSecret = 'standin-consumer-secret-7f41c2';

const jwtGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const assertionLifeMs = 300_000;
const organizationId = '00D5g000000StandEA';

export interface Tokens {
  /** Answers POST /services/oauth2/token. */
  answer(form: URLSearchParams, url: string): ApiAnswer;
  /** Whether `Authorization` has a token that is valid now. */
  accepts(authorization: string | undefined): boolean;
  expireAll(): void;
}

export function createTokens(org: Org): Tokens {
  const goodUntilMs = new Map<string, number>();

  const issue = (url: string): ApiAnswer => {
    const token = `00D5g000000Stand!${randomBytes(48).toString('base64url')}`;
    goodUntilMs.set(token, org.clock() + (org.options.tokenLifeMs ?? Infinity));
    return {
      status: 200,
      body: {
        access_token: token,
        signature: randomBytes(32).toString('base64'),
        scope: 'api',
        instance_url: url,
        id: `${url}/id/${organizationId}/${org.integrationUserId}`,
        token_type: 'Bearer',
        issued_at: String(org.clock()),
      },
    };
  };

  return {
    answer(form, url) {
      const grant = form.get('grant_type');
      if (grant === 'client_credentials') {
        if (form.get('client_id') !== clientId)
          return refuse('invalid_client_id', 'client identifier invalid');
        if (form.get('client_secret') !== clientSecret)
          return refuse('invalid_client', 'invalid client credentials');
        return issue(url);
      }
      if (grant === jwtGrant) {
        const fault = assertionFault(org, form.get('assertion') ?? '', url);
        return fault === undefined ? issue(url) : refuse('invalid_grant', fault);
      }
      return refuse('unsupported_grant_type', 'grant type not supported');
    },
    accepts(authorization) {
      const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
      const untilMs = token === undefined ? undefined : goodUntilMs.get(token);
      return untilMs !== undefined && org.clock() < untilMs;
    },
    expireAll: () => goodUntilMs.clear(),
  };
}

function refuse(error: string, description: string): ApiAnswer {
  return { status: 400, body: { error, error_description: description } };
}

/** The fault of a signed assertion. Undefined: it is valid. */
function assertionFault({ options, clock }: Org, assertion: string, url: string): string | undefined {
  const { jwt } = options;
  const [head = '', claims = '', signature = '', ...more] = assertion.split('.');
  if (jwt === undefined) return "user hasn't approved this consumer";
  if (signature === '' || more.length > 0) return 'invalid assertion';
  if (decode(head)?.alg !== 'RS256') return 'algorithm must be RS256';
  const signed = Buffer.from(`${head}.${claims}`);
  const key = createPublicKey(jwt.publicKey);
  if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))) return 'invalid assertion';
  const { iss, sub, aud, exp } = decode(claims) ?? {};
  if (iss !== clientId) return 'client identifier invalid';
  const hosts = [url, 'https://login.salesforce.com', 'https://test.salesforce.com'];
  if (typeof aud !== 'string' || !hosts.includes(aud)) return 'audience is invalid';
  if (sub !== jwt.username) return "user hasn't approved this consumer";
  const leftMs = typeof exp === 'number' ? exp * 1000 - clock() : NaN;
  if (!(leftMs > 0)) return 'assertion is expired';
  return leftMs > assertionLifeMs ? 'assertion lives too long' : undefined;
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

import type { Request } from 'express';
import { Strategy } from 'passport-strategy';
import { callerNetwork } from './caller-address.ts';
import { credentialOf, type Credential } from './credential.ts';
import type { FailureThrottle } from './failure-throttle.ts';
import { equalInConstantTime, isRandomText } from './secrets.ts';
import type { TokenHolder } from './token-verifier.ts';

/** The fixed header that authenticates pushes, if the operator configured one. */
export interface FixedHeader {
  /** In lower case. */
  readonly name: string;
  /** All valid values: the present one, and the previous one during a rotation. */
  values(): readonly string[];
}

/** The sender of a push. */
export interface Sender {
  readonly clientId: string | undefined;
}

/** Why a request is refused. */
export interface Refused {
  /** The value of `WWW-Authenticate`. */
  readonly challenge: string;
  /** The throttle key under which this failure counts as a guess. Undefined when it is not a guess. */
  readonly guessKey: string | undefined;
  /** The kind of credential in the request. */
  readonly credential: Credential;
}

/** The scope that a token needs for the webhook routes. */
export const webhookScope = 'webhooks';

const realm = 'Bearer realm="jet-receiver"';
// RFC 6750 section 2.1: one b64token. RFC 9110 section 11.1: the scheme in any case.
const bearer = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Accepts a request with a valid access token in the Authorization header, or with the fixed header. A token is always
 * checked, because a random token cannot be guessed. The fixed header is checked only while its sender is not blocked.
 *
 * A refusal is a {@link Refused} with a challenge of RFC 6750 section 3. The challenge has no error code when the request
 * had no credentials. Otherwise it is 401 `invalid_token` or 403 `insufficient_scope`.
 */
export class WebhookStrategy extends Strategy {
  readonly name = 'webhook';
  // Passport derives an object from the strategy for each request. Such an object cannot access #private members.
  private readonly verify: (token: string) => Promise<TokenHolder | undefined>;
  private readonly fixedHeader: FixedHeader | undefined;
  private readonly throttle: FailureThrottle;

  constructor(
    verify: (token: string) => Promise<TokenHolder | undefined>,
    fixedHeader: FixedHeader | undefined,
    throttle: FailureThrottle,
  ) {
    super();
    this.verify = verify;
    this.fixedHeader = fixedHeader;
    this.throttle = throttle;
  }

  override authenticate(request: Request): void {
    if (this.hasFixedHeader(request)) {
      this.success({ clientId: undefined } satisfies Sender);
      return;
    }
    const { authorization } = request.headers;
    if (authorization === undefined) {
      this.refuse(request, realm, 401, true);
      return;
    }
    const invalidToken = `${realm}, error="invalid_token"`;
    const token = bearer.exec(authorization)?.[1];
    if (token === undefined) {
      this.refuse(request, invalidToken, 401, true);
      return;
    }
    this.verify(token).then(
      (holder) => {
        if (holder === undefined) {
          // A text in the format of our tokens is an expired token, not a guess, because 256 bits cannot be guessed. Its
          // sender must always get invalid_token. With a 429 instead, it would never learn that it needs a new token.
          this.refuse(request, invalidToken, 401, !isRandomText(token));
        } else if (!holder.scopes.includes(webhookScope)) {
          this.refuse(request, `${realm}, error="insufficient_scope", scope="${webhookScope}"`, 403, false);
        } else this.success({ clientId: holder.clientId } satisfies Sender);
      },
      (error: unknown) => this.error(error as Error),
    );
  }

  private refuse(request: Request, challenge: string, status: 401 | 403, isGuess: boolean): void {
    const credential = credentialOf(request, this.fixedHeader?.name);
    // A wrong fixed header counts as a guess even when the request also has a token. Otherwise guesses could hide behind
    // tokens.
    const guessKey =
      credential === 'header' || (isGuess && this.givenHeader(request) !== undefined)
        ? headerKey(request)
        : isGuess
          ? callerNetwork(request)
          : undefined;
    this.fail({ challenge, guessKey, credential } satisfies Refused, status);
  }

  private givenHeader({ headers }: Request): string | undefined {
    const given = this.fixedHeader === undefined ? undefined : headers[this.fixedHeader.name];
    return typeof given === 'string' ? given : given?.join(', ');
  }

  private hasFixedHeader(request: Request): boolean {
    const given = this.givenHeader(request);
    if (this.fixedHeader === undefined || given === undefined) return false;
    const key = headerKey(request);
    if (this.throttle.blockedMs(key) > 0) return false;
    // All valid values are compared, so that the time taken does not reveal which one was close.
    const isRight = this.fixedHeader
      .values()
      .map((value) => equalInConstantTime(given, value))
      .includes(true);
    if (isRight) this.throttle.succeed(key);
    return isRight;
  }
}

/**
 * Guesses at the fixed header have a throttle key of their own. Otherwise a sender with an expired token could block
 * another sender on the same network that uses the header.
 */
function headerKey(request: Request): string {
  return `header ${callerNetwork(request)}`;
}

import type { Request } from 'express';
import { Strategy } from 'passport-strategy';
import { callerNetwork } from './caller-address.ts';
import type { FailureThrottle } from './failure-throttle.ts';
import { equalInConstantTime, isRandomText } from './secrets.ts';
import type { TokenHolder } from './token-verifier.ts';

/** The header that every push carries, when the operator chose that way in. */
export interface FixedHeader {
  /** In lower case. */
  readonly name: string;
  /** All live values: the present one, and during a rotation the one before. */
  values(): readonly string[];
}

/** Who sends a push. */
export interface Sender {
  readonly clientId: string | undefined;
}

/** Why a request is not let in. */
export interface Refused {
  /** The value of `WWW-Authenticate`. */
  readonly challenge: string;
  /** Whoever tries often enough this way might hit: such failures count in the throttle, under this key. */
  readonly guessKey: string | undefined;
  /** What the request tried to get in with. */
  readonly credential: Credential;
}

export type Credential = 'header' | 'bearer' | 'basic' | 'other' | 'none';

/** The scope that a token needs for the webhook routes. */
export const webhookScope = 'webhooks';

const realm = 'Bearer realm="jet-receiver"';
// RFC 6750 section 2.1: one b64token. RFC 9110 section 11.1: the scheme in any case.
const bearer = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Lets in who presents a valid access token, from the Authorization header only, or the fixed header. A token is always
 * verified: we made it, and nobody guesses it. The fixed header is compared only while its sender is not blocked.
 *
 * Fails with a {@link Refused} whose challenge is that of RFC 6750 section 3: bare when nothing was presented, 401
 * `invalid_token`, or 403 `insufficient_scope`.
 */
export class WebhookStrategy extends Strategy {
  readonly name = 'webhook';
  // Passport derives an object from the strategy for each request, which would not see #private members.
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
          // Nobody guesses 256 bits. What looks like a token of ours is one that has ended, and its sender has to
          // hear so, however often it asks: told to wait, it would never know that it needs a new one.
          this.refuse(request, invalidToken, 401, !isRandomText(token));
        } else if (!holder.scopes.includes(webhookScope)) {
          this.refuse(request, `${realm}, error="insufficient_scope", scope="${webhookScope}"`, 403, false);
        } else this.success({ clientId: holder.clientId } satisfies Sender);
      },
      (error: unknown) => this.error(error as Error),
    );
  }

  private refuse(request: Request, challenge: string, status: 401 | 403, isGuess: boolean): void {
    const credential = this.credentialOf(request);
    // Beside a token, the fixed header is a guess all the same: the token must be no cover.
    const guessKey =
      credential === 'header' || (isGuess && this.givenHeader(request) !== undefined)
        ? headerKey(request)
        : isGuess
          ? callerNetwork(request)
          : undefined;
    this.fail({ challenge, guessKey, credential } satisfies Refused, status);
  }

  private credentialOf(request: Request): Credential {
    const { authorization } = request.headers;
    const scheme = /^(bearer|basic) /i.exec(authorization ?? '')?.[1]?.toLowerCase() as
      'bearer' | 'basic' | undefined;
    if (this.givenHeader(request) !== undefined && (this.fixedHeader?.name !== 'authorization' || !scheme)) {
      return 'header';
    }
    return scheme ?? (authorization === undefined ? 'none' : 'other');
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
    // All live values are compared, so that the time does not tell which one was near.
    const isRight = this.fixedHeader
      .values()
      .map((value) => equalInConstantTime(given, value))
      .includes(true);
    if (isRight) this.throttle.succeed(key);
    return isRight;
  }
}

/** Guesses at the fixed header count apart: a sender whose token has ended must not block one that has the header. */
function headerKey(request: Request): string {
  return `header ${callerNetwork(request)}`;
}

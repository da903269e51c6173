import type { Request } from 'express';
import { Strategy } from 'passport-strategy';
import { equalInConstantTime, isRandomText } from './secrets.ts';
import type { TokenHolder } from './token-verifier.ts';

/** The header that every push carries, when the operator chose that way in. */
export interface FixedHeader {
  /** In lower case. */
  readonly name: string;
  /** All live values: the present one, and during a rotation the one before. */
  readonly values: readonly string[];
}

/** Who sends a push. */
export interface Sender {
  readonly clientId: string | undefined;
}

/** Why a request is not let in. */
export interface Refused {
  /** The value of `WWW-Authenticate`. */
  readonly challenge: string;
  /** Whoever tries often enough this way might hit: such failures are throttled. */
  readonly isGuess: boolean;
}

/** The scope that a token needs for the webhook routes. */
export const webhookScope = 'webhooks';

const realm = 'Bearer realm="jet-receiver"';
// RFC 6750 section 2.1: one b64token. RFC 9110 section 11.1: the scheme in any case.
const bearer = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Lets in who presents a valid access token, from the Authorization header only, or the fixed header.
 *
 * Fails with a {@link Refused} whose challenge is that of RFC 6750 section 3: bare when nothing was presented, 401
 * `invalid_token`, or 403 `insufficient_scope`.
 */
export class WebhookStrategy extends Strategy {
  readonly name = 'webhook';
  // Passport derives an object from the strategy for each request, which would not see #private members.
  private readonly verify: (token: string) => Promise<TokenHolder | undefined>;
  private readonly fixedHeader: FixedHeader | undefined;

  constructor(
    verify: (token: string) => Promise<TokenHolder | undefined>,
    fixedHeader: FixedHeader | undefined,
  ) {
    super();
    this.verify = verify;
    this.fixedHeader = fixedHeader;
  }

  override authenticate(request: Request): void {
    if (this.hasFixedHeader(request)) {
      this.success({ clientId: undefined } satisfies Sender);
      return;
    }
    const { authorization } = request.headers;
    if (authorization === undefined) {
      this.refuse(realm, 401, true);
      return;
    }
    const invalidToken = `${realm}, error="invalid_token"`;
    const token = bearer.exec(authorization)?.[1];
    if (token === undefined) {
      this.refuse(invalidToken, 401, true);
      return;
    }
    this.verify(token).then(
      (holder) => {
        if (holder === undefined) {
          // Nobody guesses 256 bits. What looks like a token of ours is one that has ended, and its sender has to
          // hear so, however often it asks: told to wait, it would never know that it needs a new one.
          this.refuse(invalidToken, 401, !isRandomText(token) || this.triesFixedHeader(request));
        } else if (!holder.scopes.includes(webhookScope)) {
          this.refuse(`${realm}, error="insufficient_scope", scope="${webhookScope}"`, 403, false);
        } else this.success({ clientId: holder.clientId } satisfies Sender);
      },
      (error: unknown) => this.error(error as Error),
    );
  }

  private refuse(challenge: string, status: 401 | 403, isGuess: boolean): void {
    this.fail({ challenge, isGuess } satisfies Refused, status);
  }

  /** True when the fixed header is there, beside the token: the token must be no cover for guesses at its value. */
  private triesFixedHeader({ headers }: Request): boolean {
    const name = this.fixedHeader?.name;
    return name !== undefined && name !== 'authorization' && headers[name] !== undefined;
  }

  private hasFixedHeader(request: Request): boolean {
    if (this.fixedHeader === undefined) return false;
    const given = request.headers[this.fixedHeader.name];
    if (typeof given !== 'string') return false;
    // All live values are compared, so that the time does not tell which one was near.
    return this.fixedHeader.values.map((value) => equalInConstantTime(given, value)).includes(true);
  }
}

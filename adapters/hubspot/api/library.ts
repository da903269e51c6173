import type { Reply } from '#crm';

/**
 * One part of HubSpot's library. Each part has its own classes for the same things. The kit uses the library to send
 * requests, but reads the answers itself. The library throws at a 200 instead of a 201. It loses the status of errors
 * that it cannot parse, and drops the errors of rows.
 */
export interface LibraryPart {
  createConfiguration(options?: never): unknown;
  wrapHttpLibrary(library: never): unknown;
  readonly RequestContext: new (url: string, method: never) => unknown;
}

/** Sends one request with an API object of the part. */
export type Send<Part extends LibraryPart> = (
  part: Part,
  configuration: ReturnType<Part['createConfiguration']>,
) => Promise<unknown>;

interface Request {
  getUrl(): string;
  getHttpMethod(): string;
  getHeaders(): Record<string, string>;
  getBody(): unknown;
}

/** Sends a request that the library made through the kit's own transport. Returns the raw answer. */
export async function sendThrough<Part extends LibraryPart>(
  part: Part,
  send: Send<Part>,
  access: { readonly token: string; readonly urlOf: (path: string) => string },
  exchange: (
    url: string,
    init: { method: string; headers: Record<string, string>; body: string | null },
  ) => Promise<Reply>,
): Promise<Reply> {
  let reply: Reply | undefined;
  const carry = async (request: Request): Promise<never> => {
    const body = request.getBody();
    reply = await exchange(request.getUrl(), {
      method: request.getHttpMethod(),
      headers: request.getHeaders(),
      body: typeof body === 'string' ? body : null,
    });
    throw new Error('The answer is read without the library');
  };
  const options = {
    httpApi: part.wrapHttpLibrary({ send: carry } as never),
    baseServer: {
      makeRequestContext: (path: string, method: never) =>
        new part.RequestContext(access.urlOf(path), method),
    },
    authMethods: { oauth2: { accessToken: access.token } },
  };
  try {
    await send(part, part.createConfiguration(options as never) as ReturnType<Part['createConfiguration']>);
  } catch (error) {
    if (reply === undefined) throw error;
  }
  if (reply === undefined) throw new Error("HubSpot's library sent no request");
  return reply;
}

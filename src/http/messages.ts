import { IncomingMessage, ServerResponse, type ServerOptions } from 'node:http';
import type { Express } from 'express';

/**
 * Classes of request and response for the server of an Express app, whose prototypes the app takes as its own.
 *
 * Express gives each message its prototype after the message was made. From then on V8 gives each object a hidden
 * class of its own for every property that is added, and no access to it is ever fast: a third of what a push
 * costs. Of a message that has the prototype from the beginning there is nothing to change.
 */
export function messagesOf(app: Express): Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'> {
  const Request = class extends IncomingMessage {};
  Object.setPrototypeOf(Request.prototype, app.request);
  app.request = Request.prototype as typeof app.request;
  const Response = class<Request extends IncomingMessage> extends ServerResponse<Request> {};
  Object.setPrototypeOf(Response.prototype, app.response);
  app.response = Response.prototype as typeof app.response;
  return { IncomingMessage: Request, ServerResponse: Response };
}

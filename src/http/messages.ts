import { IncomingMessage, ServerResponse, type ServerOptions } from 'node:http';
import type { Express } from 'express';

/**
 * Makes the classes of request and response for the server of an Express app.
 *
 * Express changes the prototype of each message after it was made. V8 then gives each object its own hidden class for
 * every added property, so property access stays slow. This causes a third of the cost of a push. These classes have
 * Express's prototypes from the start, so nothing changes later.
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

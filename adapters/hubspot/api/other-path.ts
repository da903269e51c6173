import type { CallOptions } from './exchange.ts';

/** Has a POST of HubSpot's library go to a path that the library does not know, with another body. */
export function toOtherPath(options: CallOptions, path: string, body: object): CallOptions {
  const [hook] = options.middleware;
  return {
    ...options,
    middleware: [
      {
        ...hook,
        pre(request) {
          request.setUrl(request.getUrl().replace(/\/crm\/.*$/, path));
          request.setBody(JSON.stringify(body));
          return hook.pre(request);
        },
      },
    ],
  };
}

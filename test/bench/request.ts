export const path = '/webhooks/jet';

/** The head of a push request. */
export function requestHead(token: string, bodyLength: number): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'User-Agent: Jet-Webhooks/1.0',
    'Accept: */*',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${bodyLength}`,
    '\r\n',
  ].join('\r\n');
}

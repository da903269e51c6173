import type { IncomingMessage } from 'node:http';

/** The kind of credential in a request: the configured header, a scheme of the Authorization header, or none. */
export type Credential = 'header' | 'bearer' | 'basic' | 'other' | 'none';

/** @param headerName the name of the fixed header in lower case, if one is configured */
export function credentialOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  headerName: string | undefined,
): Credential {
  const { authorization } = headers;
  const scheme = /^(bearer|basic) /i.exec(authorization ?? '')?.[1]?.toLowerCase() as
    'bearer' | 'basic' | undefined;
  const hasHeader = headerName !== undefined && headers[headerName] !== undefined;
  if (hasHeader && (headerName !== 'authorization' || !scheme)) return 'header';
  return scheme ?? (authorization === undefined ? 'none' : 'other');
}

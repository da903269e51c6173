import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnFolder } from './own-server.ts';

/** The files of a certificate authority and of a server's certificate for one name, in PEM form. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes a private certificate authority and a certificate for a name such as `localhost`. */
export function makeCertificates(folder: OwnFolder, name: string): Certificates {
  const place = folder.makeFolder(`certificates-${name}`);
  const file = (part: string): string => join(place, part);
  const openssl = (...options: readonly string[]): void => void folder.run('openssl', ...options);
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=ca',
  );
  openssl('req', ...key, '-keyout', file('server.key'), '-out', file('server.csr'), '-subj', `/CN=${name}`);
  writeFileSync(file('names'), `subjectAltName=DNS:${name}\n`);
  folder.give(file('names'));
  openssl(
    ...['x509', '-req', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
    ...['-CAcreateserial', '-days', '2', '-extfile', file('names'), '-out', file('server.pem')],
  );
  return { ca: file('ca.pem'), cert: file('server.pem'), key: file('server.key') };
}

import { isIP } from 'node:net';
import type { DialectName } from './database.ts';

/** The encryption of a connection, in the words of PostgreSQL's libpq (https://www.postgresql.org/docs/current/libpq-ssl.html). */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** The address of a database on a server, as its URL gives it. */
export interface ServerAddress {
  readonly dialect: Exclude<DialectName, 'sqlite'>;
  /** At least one. They are tried in this order. */
  readonly hosts: readonly ServerHost[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly tls: TlsMode;
  /** Files in PEM form: the certificate authority, and the certificate and key of the client. */
  readonly tlsFiles: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
  /** Only a server that accepts writes is used. */
  readonly mustBeWritable: boolean;
  readonly connectTimeoutMs: number;
}

/** A host with its port. A host that begins with a slash is the path of a socket. */
export interface ServerHost {
  readonly host: string;
  readonly port: number;
}

const dialectOfScheme: Readonly<Record<string, ServerAddress['dialect']>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
};
/** The port of a server when its address names none. */
export const usualPorts = { postgres: 5432, mysql: 3306 } as const;
const connectTimeoutSeconds = 5;

const tlsModes: readonly string[] = ['disable', 'require', 'verify-ca', 'verify-full'] satisfies TlsMode[];

/** The options that a URL may have. A libpq option has the same meaning here, for both kinds of server. */
const optionNames = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'target_session_attrs',
  'host',
  'port',
  'connect_timeout',
] as const;
type OptionName = (typeof optionNames)[number];

/** Options of other programs, with the option that has their meaning here. */
const otherNames: Readonly<Record<string, string>> = {
  'ssl-mode': 'sslmode=require',
  ssl: 'sslmode=require',
  usessl: 'sslmode=require',
  requiressl: 'sslmode=require',
  tls: 'sslmode=require',
  'ssl-ca': 'sslrootcert=FILE',
  sslca: 'sslrootcert=FILE',
  'ssl-cert': 'sslcert=FILE',
  'ssl-key': 'sslkey=FILE',
  socket: 'host=PATH',
  socketpath: 'host=PATH',
  'unix-socket': 'host=PATH',
  hostaddr: 'host=ADDRESS',
  'connect-timeout': 'connect_timeout=SECONDS',
  connecttimeout: 'connect_timeout=SECONDS',
  targetservertype: 'target_session_attrs=read-write',
};

// The user and the password end at the last @ before the path.
const shape = /^([a-z]+):\/\/(?:([^/?#@]*)@)?([^/?#@]*)(?:\/([^?#/]*))?(?:\?([^#]*))?$/;

/**
 * Reads the URL of a database on a server. It can name several hosts, as libpq's URLs can:
 * `postgres://user:password@one:5432,two:5432/name?target_session_attrs=read-write&sslmode=verify-full`.
 *
 * @returns the address, or the fault as a text that continues a sentence. It never contains a password.
 */
export function parseServerAddress(url: string): ServerAddress | { readonly fault: string } {
  const [, scheme = '', login, hostList = '', database = '', query = ''] = shape.exec(url) ?? [];
  const dialect = dialectOfScheme[scheme];
  if (dialect === undefined) return { fault: unreadable };
  const options = readOptions(query);
  if ('fault' in options) return options;
  const [user, password] = splitLogin(login);
  const decoded = decodeAll({ user, password, database: database === '' ? undefined : database });
  if (decoded === undefined) return { fault: unreadable };
  const hosts = readHosts(options.host ?? hostList, usualPorts[dialect], options.port);
  if ('fault' in hosts) return hosts;
  const fault = tlsFault(options) ?? targetFault(options) ?? nameFault(dialect, options, hosts.list);
  if (fault !== undefined) return { fault };
  const seconds = Number(options.connect_timeout ?? connectTimeoutSeconds);
  if (!(seconds >= 1 && seconds <= 60)) return { fault: 'has a connect_timeout that is not 1 to 60 seconds' };
  return {
    dialect,
    hosts: hosts.list,
    ...decoded,
    tls: tlsOf(options),
    tlsFiles: { ca: options.sslrootcert, cert: options.sslcert, key: options.sslkey },
    mustBeWritable: ['read-write', 'primary'].includes(options.target_session_attrs ?? ''),
    connectTimeoutMs: seconds * 1000,
  };
}

const unreadable =
  'is not an address; characters such as # / @ % in a user or password must be percent-encoded';

type Options = Partial<Record<OptionName, string>>;

function readOptions(query: string): Options | { fault: string } {
  const options: Options = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!optionNames.includes(name as OptionName)) {
      const plain = name.toLowerCase();
      const right =
        otherNames[plain.replaceAll('_', '-')] ??
        optionNames.find((option) => option.replaceAll('_', '') === plain.replace(/[-_]/g, ''));
      const shown = name.replace(/[^\w-]/g, '?').slice(0, 40);
      return {
        fault:
          `has the unknown option ${shown}; ` +
          (right === undefined ? `known are ${optionNames.join(', ')}` : `write ${right} instead`),
      };
    }
    if (value === '') return { fault: `has no value for ${name}` };
    if (options[name as OptionName] !== undefined) return { fault: `has ${name} twice` };
    options[name as OptionName] = value;
  }
  return options;
}

function splitLogin(login: string | undefined): [string | undefined, string | undefined] {
  if (login === undefined || login === '') return [undefined, undefined];
  const colon = login.indexOf(':');
  return colon < 0 ? [login, undefined] : [login.slice(0, colon), login.slice(colon + 1)];
}

function decodeAll<Parts extends Record<string, string | undefined>>(parts: Parts): Parts | undefined {
  try {
    return Object.fromEntries(
      Object.entries(parts).map(([name, text]) => [name, text && decodeURIComponent(text)]),
    ) as Parts;
  } catch {
    return undefined;
  }
}

function readHosts(
  text: string,
  usualPort: number,
  portOption: string | undefined,
): { list: ServerHost[] } | { fault: string } {
  const list: ServerHost[] = [];
  for (const item of text.split(',')) {
    // A socket in a host list is percent-encoded: %2Fvar%2Frun%2Fpostgresql.
    const [, host = '', port = portOption ?? String(usualPort)] =
      /^(\[[^\]]+\]|\/[^:]*|%2F[^:]*|[^:[\]]*)(?::(\d+))?$/i.exec(item) ?? [];
    if (item !== '' && host === '') return { fault: 'has a host or port that cannot be read' };
    if (host === '') return { fault: 'names no host' };
    const number = Number(port);
    if (!(number >= 1 && number <= 65_535)) return { fault: 'has a port that is not 1 to 65535' };
    const plain = decodeAll({ host: host.replace(/^\[(.*)\]$/, '$1') });
    if (plain === undefined) return { fault: unreadable };
    list.push({ host: plain.host, port: number });
  }
  return { list };
}

function tlsFault({ sslmode, sslrootcert, sslcert, sslkey }: Options): string | undefined {
  if (sslmode !== undefined && !tlsModes.includes(sslmode))
    return `has an sslmode that is not known here; known are ${tlsModes.join(', ')}`;
  if ((sslcert === undefined) !== (sslkey === undefined))
    return 'has only one of sslcert and sslkey; a client certificate needs both';
  if (sslmode === 'disable' && (sslrootcert ?? sslcert) !== undefined)
    return 'has a certificate file although sslmode is disable';
  return undefined;
}

function targetFault({ target_session_attrs: target }: Options): string | undefined {
  return target === undefined || ['any', 'read-write', 'primary'].includes(target)
    ? undefined
    : 'has a target_session_attrs that is not any, read-write or primary; the receiver must write';
}

/** mysql2 checks the name of a certificate only for a host name. An address would be accepted unchecked. */
function nameFault(
  dialect: ServerAddress['dialect'],
  options: Options,
  hosts: readonly ServerHost[],
): string | undefined {
  if (!checksNamesOnly[dialect] || tlsOf(options) !== 'verify-full') return undefined;
  return hosts.some(({ host }) => isIP(host) !== 0)
    ? 'names an IP address; sslmode=verify-full needs a host name with MySQL and MariaDB'
    : undefined;
}

const checksNamesOnly: Readonly<Record<ServerAddress['dialect'], boolean>> = { postgres: false, mysql: true };

/** As in libpq, a certificate authority makes `require` check it. A certificate file alone asks for encryption. */
function tlsOf({ sslmode, sslrootcert, sslcert }: Options): TlsMode {
  const mode = (sslmode ?? 'disable') as TlsMode;
  if (sslrootcert !== undefined) return mode === 'verify-full' ? mode : 'verify-ca';
  return sslcert !== undefined && mode === 'disable' ? 'require' : mode;
}

/** True for a connection that never leaves this machine. */
export function isOnThisMachine({ host }: ServerHost): boolean {
  return (
    host.startsWith('/') || /^(?:localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i.test(host)
  );
}

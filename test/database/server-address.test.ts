import { describe, expect, it } from 'vitest';
import { databaseUrlFault, isUnencrypted } from '../../src/database/database-url.ts';
import { parseServerAddress, type ServerAddress } from '../../src/database/server-address.ts';

function read(url: string): ServerAddress {
  const address = parseServerAddress(url);
  if ('fault' in address) throw new Error(address.fault);
  return address;
}

describe('the URL of a database server', () => {
  it('the URL of a server names user, password, host, port and database', () => {
    expect(read('postgres://jet:p%40ss%2F@db.example:6432/calls')).toMatchObject({
      ...{ dialect: 'postgres', user: 'jet', password: 'p@ss/', database: 'calls' },
      ...{ hosts: [{ host: 'db.example', port: 6432 }], tls: 'disable', mustBeWritable: false },
    });
  });

  it.each([
    ['postgres://db/calls', 5432],
    ['postgresql://db/calls', 5432],
    ['mysql://db/calls', 3306],
    ['mariadb://db/calls', 3306],
  ])('the URL of a server has the usual port: %s', (url, port) => {
    expect(read(url).hosts).toEqual([{ host: 'db', port }]);
  });

  it.each([
    ['postgres://a,b:6000,c/calls?target_session_attrs=read-write', ['a 5432', 'b 6000', 'c 5432']],
    ['postgres://a,b/calls?port=7000', ['a 7000', 'b 7000']],
    ['mysql://[::1]:3307,[fe80::2]/calls', ['::1 3307', 'fe80::2 3306']],
    [
      'postgres://jet@one,two,[2001:db8::7]/calls?target_session_attrs=primary',
      ['one 5432', 'two 5432', '2001:db8::7 5432'],
    ],
    ['mysql://%2Frun%2Fmysqld.sock/calls', ['/run/mysqld.sock 3306']],
    ['postgres:///calls?host=/var/run/postgresql', ['/var/run/postgresql 5432']],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/calls', ['/var/run/postgresql 5432']],
    ['mysql://jet@/calls?host=/run/mysqld/mysqld.sock', ['/run/mysqld/mysqld.sock 3306']],
  ])('the URL of a server can name several hosts or a socket: %s', (url, hosts) => {
    expect(read(url).hosts.map(({ host, port }) => `${host} ${port}`)).toEqual(hosts);
  });

  it.each([
    ['', 'disable'],
    ['?sslmode=disable', 'disable'],
    ['?sslmode=require', 'require'],
    ['?sslmode=verify-ca', 'verify-ca'],
    ['?sslmode=verify-full', 'verify-full'],
    ['?sslmode=require&sslrootcert=/ca.pem', 'verify-ca'],
    ['?sslmode=verify-full&sslrootcert=/ca.pem', 'verify-full'],
    ['?sslrootcert=/ca.pem', 'verify-ca'],
  ])(
    'the URL of a server has one set of words for encryption on both engines: "%s" is %s',
    (options, tls) => {
      expect(read(`postgres://db/calls${options}`).tls).toBe(tls);
      expect(read(`mysql://db/calls${options}`).tls).toBe(tls);
    },
  );

  it.each([
    ['postgres://u:p#x@db/calls', 'percent-encoded'],
    ['postgres://u:p/x@db/calls', 'percent-encoded'],
    ['postgres://u:%zz@db/calls', 'percent-encoded'],
    ['postgres://u:p@/calls', 'names no host'],
    ['postgres://a,,b/calls', 'names no host'],
    ['postgres://db:0/calls', 'port that is not 1 to 65535'],
    ['postgres://db:99999/calls', 'port that is not 1 to 65535'],
    ['postgres://db:x/calls', 'host or port that cannot be read'],
    ['mysql://db/calls?ssl-mode=REQUIRED', 'unknown option ssl-mode; write sslmode=require instead'],
    ['mysql://db/calls?ssl_mode=REQUIRED', 'unknown option ssl_mode; write sslmode=require instead'],
    ['mysql://db/calls?useSSL=true', 'unknown option useSSL; write sslmode=require instead'],
    ['mysql://db/calls?socketPath=/x', 'unknown option socketPath; write host=PATH instead'],
    ['mysql://db/calls?sslMode=REQUIRED', 'unknown option sslMode; write sslmode instead'],
    ['postgres://db/calls?ssl=true', 'unknown option ssl; write sslmode=require instead'],
    ['mysql://db/calls?tls=true', 'unknown option tls; write sslmode=require instead'],
    ['mysql://db/calls?ssl-ca=/ca.pem', 'unknown option ssl-ca; write sslrootcert=FILE instead'],
    ['postgres://db/calls?sslmode=', 'has no value for sslmode'],
    ['postgres://db/calls?sslmode=require&sslmode=disable', 'has sslmode twice'],
    ['postgres://db/calls?target_session_attrs=prefer-standby', 'not any, read-write or primary'],
    ['mssql://db/calls', 'must begin with sqlite:, postgres:// or mysql://'],
    ['sqlite:', 'must begin with sqlite:, postgres:// or mysql://'],
    ['sqlite:?wal_autocheckpoint=0', 'names no file'],
    ['sqlite:./x.sqlite?mode=ro', 'unknown option mode; known is wal_autocheckpoint=0'],
    ['sqlite:./x.sqlite?wal_autocheckpoint=off', 'unknown option wal_autocheckpoint; known is'],
    ['postgres://db/calls?sslmod=require', 'unknown option sslmod; known are sslmode, sslrootcert'],
    ['postgres://db/calls?options=-c%20fsync', 'unknown option options; known are'],
    ['postgres://db/calls?sslmode=prefer', 'sslmode that is not known here; known are disable, require'],
    ['mysql://db/calls?sslmode=REQUIRED', 'sslmode that is not known here'],
    ['postgres://db/calls?sslmode=disable&sslrootcert=/ca', 'certificate file although sslmode is disable'],
    ['postgres://db/calls?sslcert=/c.pem', 'only one of sslcert and sslkey'],
    ['postgres://db/calls?target_session_attrs=standby', 'not any, read-write or primary'],
    ['mysql://10.0.0.5/calls?sslmode=verify-full', 'verify-full needs a host name with MySQL and MariaDB'],
    ['postgres://db/calls?connect_timeout=0', 'connect_timeout that is not 1 to 60 seconds'],
  ])('the URL of a server is refused with its reason: %s', (url, reason) => {
    expect(databaseUrlFault(url)).toContain(reason);
  });

  it('the URL of a server is refused without its password', () => {
    expect(databaseUrlFault('postgres://u:s3cret@db/calls?bad=s3cret')).not.toContain('s3cret');
  });

  it.each([
    ['postgres://127.0.0.1/calls', false],
    ['mysql://localhost/calls', false],
    ['postgres://[::1]/calls', false],
    ['postgres:///calls?host=/run/postgresql', false],
    ['sqlite:./x', false],
    ['postgres://db.example/calls?sslmode=require', false],
    ['postgres://db.example/calls', true],
    ['mysql://10.0.0.5/calls?sslmode=disable', true],
    ['postgres://127.0.0.1,db.example/calls', true],
  ])('the connection to %s is unencrypted to another machine: %s', (url, expected) => {
    expect(isUnencrypted(url)).toBe(expected);
  });
});

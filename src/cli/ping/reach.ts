import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { remedyOf } from '../doctor/examine-public-address.ts';
import { StepFailed } from './steps.ts';

const answersWithinMs = 10_000;
const dayMs = 86_400_000;

/** Looks a host name up. Returns a sentence with its address. */
export async function findAddress({ hostname }: URL): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return `${host} is an address`;
  try {
    return `${host} is ${(await lookup(host)).address}`;
  } catch (error) {
    throw unreachable(`${host} has no address`, error);
  }
}

/** Connects to the host and port of an address. Returns a sentence about the connection, with the end of the certificate. */
export async function connectTo(url: URL): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isTls = url.protocol === 'https:';
  const port = Number(url.port === '' ? (isTls ? 443 : 80) : url.port);
  return new Promise((resolve, reject) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = isTls ? connectTls({ host, port, ...name }) : connectTcp({ host, port });
    const fail = (error: unknown): void => {
      socket.destroy();
      reject(unreachable(`${url.host} cannot be reached`, error));
    };
    socket.setTimeout(answersWithinMs, () =>
      fail(Object.assign(new Error('timeout'), { code: 'no answer' })),
    );
    socket.once('error', fail);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      const text =
        'getProtocol' in socket
          ? describeTls(socket.getProtocol(), socket.getPeerCertificate().valid_to)
          : 'connected without TLS';
      socket.destroy();
      resolve(text);
    });
  });
}

function describeTls(protocol: string | null, validTo: string): string {
  const days = Math.floor((Date.parse(validTo) - Date.now()) / dayMs);
  return `${protocol ?? 'TLS'}, and the certificate is valid for ${days === 1 ? '1 more day' : `${days} more days`}`;
}

/** A failure to reach the public address. */
export function unreachable(what: string, error: unknown): StepFailed {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  const shown = code ?? cause?.code ?? 'no answer';
  return new StepFailed(`${what} (${shown}).`, remedyOf(shown), { cause: error });
}

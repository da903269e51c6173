import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import type { Request } from 'express';
import getRawBody from 'raw-body';
import { Problem } from './problem.ts';

/** The largest body of a push in bytes, before and after decompression. */
export const bodyBytesMax = 256 * 1024;

const inflateWithHeader = promisify(inflate);
const inflateWithoutHeader = promisify(inflateRaw);

/** `deflate` is the zlib format (RFC 9110 section 8.4.1.2), but some senders omit its header. */
function inflateEither(body: Buffer, options: ZlibOptions): Promise<Buffer> {
  return inflateWithHeader(body, options).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'Z_DATA_ERROR') throw error;
    return inflateWithoutHeader(body, options);
  });
}

const decompress = new Map<string, (body: Buffer, options: ZlibOptions) => Promise<Buffer>>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', inflateEither],
  ['br', promisify(brotliDecompress)],
]);

/**
 * Reads a request's body as unchanged bytes.
 *
 * @throws Problem `body_too_large`; the connection is then closed after the answer
 */
export async function readBody(request: Request, bytesMax = bodyBytesMax): Promise<Buffer> {
  try {
    return await getRawBody(request, { limit: bytesMax, length: request.headers['content-length'] ?? null });
  } catch (error) {
    const { type } = error as { type?: string };
    if (type === 'entity.too.large') {
      // Read and discard the rest, so that the sender can read the answer.
      request.resume();
      throw new Problem('body_too_large', `The body is larger than ${bytesMax} bytes.`, {
        headers: { Connection: 'close' },
      });
    }
    throw new Problem('bad_request', 'The length of the body differs from the stated length.', {
      cause: error,
    });
  }
}

/**
 * Undoes a body's content encoding (RFC 9110 section 8.4).
 *
 * @throws Problem `unsupported_content_encoding`, `malformed_encoding` or `body_too_large`
 */
export async function decodeBody(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return body;
  const decode = decompress.get(name);
  if (decode === undefined) {
    throw new Problem(
      'unsupported_content_encoding',
      'Content-Encoding must be gzip, deflate, br or identity.',
    );
  }
  try {
    return await decode(body, { maxOutputLength: bodyBytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Problem('body_too_large', `The body is larger than ${bodyBytesMax} bytes when decompressed.`);
    }
    throw new Problem('malformed_encoding', `The body cannot be decoded with Content-Encoding: ${name}.`, {
      cause: error,
    });
  }
}

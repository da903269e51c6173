import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Encoder, ExportedRows } from '../../reporting/export/create-encoder.ts';

export interface ExportFile {
  readonly name: string;
  readonly contentType: string;
}

/**
 * Sends pages of rows as a file, piece by piece. The first page is read before the answer begins, so that its error can
 * still become a page.
 *
 * @throws the error of a page. Once the answer has begun, the connection is cut instead, so that half a file never
 *   looks whole.
 */
export async function sendExport(
  response: Response,
  { name, contentType }: ExportFile,
  pages: AsyncGenerator<ExportedRows>,
  encoder: Encoder,
): Promise<void> {
  const first = await pages.next();
  async function* pieces(): AsyncGenerator<string | Uint8Array> {
    if (encoder.head !== '') yield encoder.head;
    for (let page = first; page.done !== true; page = await pages.next()) {
      const piece = encoder.add(page.value);
      if (piece.length > 0) yield piece;
    }
    const end = encoder.end();
    if (end.length > 0) yield end;
  }
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
  await pipeline(Readable.from(pieces()), response);
}

import { startHttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import type { StandIn } from '../subject.ts';
import type { RecordResult } from './client.ts';
import type { ReferenceRecord } from './mapping.ts';

/** The token of the samples. */
export const referenceToken = 'reference-token-51c2';

interface Stored {
  readonly id: string;
  record: ReferenceRecord;
}

/** The reference adapter's API. It merges by key on request, keeps the newer revision and answers in reverse order. */
export async function openReferenceStandIn(): Promise<StandIn> {
  const stored: Stored[] = [];

  const write = (record: ReferenceRecord, merge: boolean): RecordResult => {
    const before = merge ? stored.find((one) => one.record.key === record.key) : undefined;
    if (before === undefined) {
      stored.push({ id: `r-${stored.length + 1}`, record });
      return { key: record.key, id: `r-${stored.length}`, effect: 'created' };
    }
    const effect = record.revision < before.record.revision ? 'unchanged' : 'updated';
    if (effect === 'updated') before.record = record;
    return { key: record.key, id: before.id, effect };
  };

  const answer = ({ path, headers, body, refuses }: StandInRequest): StandInReply => {
    if (headers.authorization !== `Bearer ${referenceToken}`) return { status: 401 };
    if (path === '/me') return { status: 200, body: { name: 'the kit' } };
    const { records, merge = false } = body as { records: ReferenceRecord[]; merge?: boolean };
    const results = records.map((record) =>
      record.key === refuses?.key ? { key: record.key, error: 'refused' } : write(record, merge),
    );
    return { status: 200, body: { results: results.reverse() } };
  };

  const server = await startHttpStandIn({ answer });
  return {
    settings: { REFERENCE_URL: server.url },
    records: () =>
      Promise.resolve(
        stored.map(({ id, record }) => ({
          key: record.key,
          remoteId: id,
          durationSeconds: record.seconds ?? undefined,
          shown: record,
        })),
      ),
    stage: (fault) => server.stage(fault),
    close: () => server.close(),
  };
}

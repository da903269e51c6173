/** The work took longer than its limit. It may still finish, so its outcome is unknown. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/**
 * Waits for work, but not longer than the limit. The work itself continues after that.
 *
 * @param limitMs Infinity sets no limit
 * @throws TookTooLong
 */
export async function within<Result>(limitMs: number, work: PromiseLike<Result>): Promise<Result> {
  if (limitMs === Infinity) return work;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TookTooLong(`Took longer than ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

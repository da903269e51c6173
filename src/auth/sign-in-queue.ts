/** Too many sign-ins are already in the queue. */
export class SignInBusy extends Error {
  override readonly name = 'SignInBusy';
}

/** Runs work one item at a time. The others wait for their turn. */
export type SignInQueue = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Makes a queue for password checks.
 *
 * @param lengthMax the maximum number of items, including the one that is running
 * @param lengthMaxEach the maximum number of items with the same key
 */
export function createSignInQueue(lengthMax: number, lengthMaxEach: number): SignInQueue {
  const keys: string[] = [];
  let last: Promise<unknown> = Promise.resolve();
  return async (key, work) => {
    const own = keys.filter((other) => other === key).length;
    if (keys.length >= lengthMax || own >= lengthMaxEach) throw new SignInBusy('Too many sign-ins at once');
    keys.push(key);
    const result = last.then(work).finally(() => keys.splice(keys.indexOf(key), 1));
    last = result.catch(() => undefined);
    return result;
  };
}

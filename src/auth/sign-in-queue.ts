/** Too many sign-ins wait for their turn. */
export class SignInBusy extends Error {
  override readonly name = 'SignInBusy';
}

/** Runs work one at a time; the others wait for their turn. */
export type SignInQueue = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Makes a queue for password checks.
 *
 * @param lengthMax how many may be in it, the one that runs included
 * @param lengthMaxEach how many of them may have the same key
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

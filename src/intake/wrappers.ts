import { foldKey } from './flatten.ts';

// The names under which relays and queues put what they pass on.
const wrapperKeys: ReadonlySet<string> = new Set(
  [
    'data payload payloads body call calls event events websession message messages record records',
    'item items result results request json content object detail details push pushes webhook webhooks',
    'params parameters callevent callevents calldata',
  ].flatMap((line) => line.split(' ')),
);

/** True for a key that names a wrapper around a call and not a fact about it. */
export function isWrapper(key: string): boolean {
  return wrapperKeys.has(foldKey(key));
}

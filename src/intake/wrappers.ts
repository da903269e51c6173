import { foldKey } from './flatten.ts';

// Names under which relays and queues put a payload that they forward.
const wrapperKeys: ReadonlySet<string> = new Set(
  [
    'data payload payloads body call calls event events websession message messages record records',
    'item items result results request json content object detail details push pushes webhook webhooks',
    'params parameters callevent callevents calldata callrecord callrecords cdr cdrs',
    'notification notifications entry entries list batch rows value values root envelope',
  ].flatMap((line) => line.split(' ')),
);

/** True for a key that wraps a call and does not itself describe the call. */
export function isWrapper(key: string): boolean {
  return wrapperKeys.has(foldKey(key));
}

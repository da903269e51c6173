import { createHash } from 'node:crypto';

const plain = /^[\w.:@-]{1,64}$/;
// E.164 has at most 15 digits. A longer row of digits is not a telephone number.
const perhapsNumber = /^[+\d().:@_-]{6,}$/;

/**
 * A call id for the log. Senders choose ids, so one can be a telephone number or any text. Such an id is shown as the start
 * of its hash.
 */
export function shownCallId(id: string): string {
  const digits = id.replace(/\D/g, '').length;
  const isShown = plain.test(id) && !(perhapsNumber.test(id) && digits >= 6 && digits <= 15);
  return isShown ? id : `#${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
}

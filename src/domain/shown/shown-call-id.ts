import { createHash } from 'node:crypto';

const plain = /^[\w.:@-]{1,64}$/;
// E.164 has at most 15 digits. A longer row of digits is no telephone number.
const perhapsNumber = /^[+\d().:@_-]{6,}$/;

/**
 * A call id for the log. The sender chose it, so it may be a telephone number or any text: such an id shows as the beginning
 * of its hash.
 */
export function shownCallId(id: string): string {
  const digits = id.replace(/\D/g, '').length;
  const isShown = plain.test(id) && !(perhapsNumber.test(id) && digits >= 6 && digits <= 15);
  return isShown ? id : `#${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
}

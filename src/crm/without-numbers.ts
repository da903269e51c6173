const lengthMax = 300;

/** A message of a destination for a log line: not too long, and without what may be a phone number. */
export function withoutNumbers(message: string): string {
  const safe = message.replace(/\+?\d(?:[\s().\-/]*\d){5,}/g, '…').replace(/\s+/g, ' ');
  return safe.length > lengthMax ? `${safe.slice(0, lengthMax)}…` : safe;
}

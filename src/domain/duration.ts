const secondsMax = 2_147_483_647;

/**
 * Reads a call's duration as Jet may send it: seconds as a number or text, or `hh:mm:ss` as in its exports.
 *
 * @returns whole seconds, or undefined when the text is neither
 */
export function parseDurationSeconds(text: string): number | undefined {
  if (/^\d{1,10}(?:\.\d{1,30})?$/.test(text)) {
    const seconds = Math.round(Number(text));
    return seconds <= secondsMax ? seconds : undefined;
  }
  const clock = /^(\d{1,5}):([0-5]\d):([0-5]\d)$/.exec(text);
  if (clock === null) return undefined;
  return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
}

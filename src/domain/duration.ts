const secondsMax = 2_147_483_647;

const number = /^\d{1,10}(?:\.\d{1,30})?$/;
/** Matches `3:05`, `00:03:05.4`, and an interval as databases write it: `0 days 00:03:05`. */
const clock =
  /^(?:(?<days>\d{1,4}) ?d(?:ays?)?,? )?(?:(?<hours>\d{1,5}):(?=[0-5]\d:))?(?<minutes>\d{1,5}):(?<seconds>[0-5]\d(?:[.,]\d{1,30})?)$/i;
/** Matches ISO 8601 such as `PT3M5S`. Months and years are not accepted, because no call lasts that long. */
const iso = /^p(\d{1,10}d)?(?:t([\d.hms]{2,60}))?$/i;
const part =
  / ?(\d{1,10}(?:\.\d{1,30})?) ?(d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?|ms|msecs?|millis(?:econds?)?|milliseconds?)(?![a-z])\.?,?(?: and(?= ))?/iy;

const secondsPerUnit: readonly (readonly [unit: RegExp, seconds: number])[] = [
  [/^d/, 86_400],
  [/^h/, 3_600],
  [/^(?:ms|milli)/, 0.001],
  [/^m/, 60],
  [/^s/, 1],
];

/**
 * Reads the duration of a call in any format that Jet can send. The formats are seconds (`185`), a clock (`3:05` is
 * minutes and seconds, `00:03:05.4` also has hours), ISO 8601 (`PT3M5S`), and numbers with units (`185 seconds`,
 * `3m5s`, `3 min 5 s`).
 *
 * @returns whole seconds, with half a second rounded up; undefined for any other text
 */
export function parseDurationSeconds(text: string): number | undefined {
  const exact = number.test(text) ? Number(text) : (clockSeconds(text) ?? unitSeconds(text));
  if (exact === undefined) return undefined;
  const seconds = Math.round(exact);
  return seconds <= secondsMax ? seconds : undefined;
}

function clockSeconds(text: string): number | undefined {
  const groups = clock.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { days = '0', hours = '0', minutes, seconds = '' } = groups;
  return (
    Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'))
  );
}

/** Reads numbers with units. Each unit can occur once, and longer units come first. */
function unitSeconds(text: string): number | undefined {
  const [isIso, days = '', time = ''] = iso.exec(text) ?? [];
  // ISO 8601 has no blanks between the parts. Add them, so that the letters of two parts do not run together.
  const written = isIso === undefined ? text : `${days} ${time.replace(/[hms]/gi, '$& ')}`.trim();
  let total = 0;
  let longest = Infinity;
  let end = 0;
  while (end < written.length) {
    part.lastIndex = end;
    const match = part.exec(written);
    if (match === null) return undefined;
    const [, amount = '', unit = ''] = match;
    const seconds = secondsPerUnit.find(([name]) => name.test(unit.toLowerCase()))?.[1] ?? NaN;
    if (!(seconds < longest)) return undefined;
    total += Number(amount) * seconds;
    longest = seconds;
    end = part.lastIndex;
  }
  return longest === Infinity ? undefined : total;
}

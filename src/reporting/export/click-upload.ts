/** A click of `jet_clicks`, as far as an upload needs it. */
export interface AnsweredClick {
  readonly gclid: string;
  /** UTC, `YYYY-MM-DD HH:MM:SS.SSS`. */
  readonly startedAtUtc: string;
  readonly durationSeconds: number | null;
}

/** Google takes this line, and then one line for each click. Times are in UTC. */
export function clickUploadHead(): string {
  return 'Parameters:TimeZone=+0000\r\nGoogle Click ID,Conversion Name,Conversion Time\r\n';
}

/**
 * The line of a click in Google Ads' file of offline conversions. Undefined for an id that is none of Google's: it came
 * from outside, and Google would refuse the file.
 */
export function clickUploadLine(
  { gclid, startedAtUtc }: AnsweredClick,
  conversionName: string,
): string | undefined {
  if (!/^[A-Za-z0-9_-]{10,512}$/.test(gclid)) return undefined;
  return `${gclid},${conversionName},${startedAtUtc.slice(0, 19)}+0000\r\n`;
}

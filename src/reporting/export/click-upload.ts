/** The values of a click in `jet_clicks` that an upload needs. */
export interface AnsweredClick {
  readonly gclid: string;
  /** UTC, `YYYY-MM-DD HH:MM:SS.SSS`. */
  readonly startedAtUtc: string;
  readonly durationSeconds: number | null;
}

/** The first lines of the file. One line for each click follows. Times are in UTC. */
export function clickUploadHead(): string {
  return 'Parameters:TimeZone=+0000\r\nGoogle Click ID,Conversion Name,Conversion Time\r\n';
}

/**
 * The line of a click in Google Ads' file of offline conversions. Undefined for an id that is not a Google click id,
 * because Google would refuse the whole file.
 */
export function clickUploadLine(
  { gclid, startedAtUtc }: AnsweredClick,
  conversionName: string,
): string | undefined {
  if (!/^[A-Za-z0-9_-]{10,512}$/.test(gclid)) return undefined;
  return `${gclid},${conversionName},${startedAtUtc.slice(0, 19)}+0000\r\n`;
}

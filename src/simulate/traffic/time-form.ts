/** The forms in which a sender can write a time in UTC. */
export const timeForms = [
  'iso',
  'iso_fraction',
  'iso_without_zone',
  'iso_offset',
  'space',
  'space_fraction',
  'epoch_seconds',
  'epoch_seconds_text',
  'epoch_milliseconds',
] as const;

export type TimeForm = (typeof timeForms)[number];

/** Writes a time. A form without a fraction drops the milliseconds. */
export function writeTime(epochMs: number, form: TimeForm): string | number {
  const iso = new Date(epochMs).toISOString();
  const seconds = iso.slice(0, 19);
  switch (form) {
    case 'iso':
      return `${seconds}Z`;
    case 'iso_fraction':
      return iso;
    case 'iso_without_zone':
      return seconds;
    case 'iso_offset':
      return `${seconds}+00:00`;
    case 'space':
      return seconds.replace('T', ' ');
    case 'space_fraction':
      return iso.replace('T', ' ').replace('Z', '');
    case 'epoch_seconds':
      return Math.floor(epochMs / 1000);
    case 'epoch_seconds_text':
      return String(Math.floor(epochMs / 1000));
    case 'epoch_milliseconds':
      return epochMs;
  }
}

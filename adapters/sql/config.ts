import { z } from '#contract';
import {
  databaseUrlFault,
  defaultReportSettings,
  isCalendarDay,
  parseDurationMs,
  type ReportSettings,
} from '#reporting';

const hourMs = 3_600_000;
const secondMs = 1000;

/** A duration that is a whole number of a unit, as that number. */
function whole(unitMs: number, fault: string): z.ZodType<number, string> {
  return z.string().transform((text, context) => {
    const ms = parseDurationMs(text);
    if (ms !== undefined && ms > 0 && ms % unitMs === 0 && ms / unitMs < 100_000) return ms / unitMs;
    context.addIssue({ code: 'custom', message: fault });
    return z.NEVER;
  });
}

/** Reads `2027-01-01 New Year's Day, 2027-01-26`. */
const holidays = z.string().transform((text, context): ReadonlyMap<string, string> => {
  const entries = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => [part.slice(0, 10), part.slice(10).trim()] as const);
  for (const [day, name] of entries) {
    if (isCalendarDay(day) && name.length <= 191) continue;
    context.addIssue({
      code: 'custom',
      message: 'must be a comma list of days from 2000 to 2049, such as 2027-01-01 New Year, 2027-01-26',
    });
    return z.NEVER;
  }
  return new Map(entries);
});

/** The adapter's settings. */
export const configSchema = z.object({
  REPORTING_DATABASE_URL: z
    .string()
    .superRefine((text, context) => {
      const fault = databaseUrlFault(text);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .default('sqlite:./data/reporting.sqlite'),
  RETURN_WINDOW: whole(hourMs, 'must be whole hours such as 48h or 2d').default(
    defaultReportSettings.returnWindowHours,
  ),
  SERVICE_LEVEL: whole(secondMs, 'must be whole seconds such as 20s').default(
    defaultReportSettings.serviceLevelSeconds,
  ),
  SERVICE_LEVEL_TARGET: z.coerce
    .number('must be a percentage such as 80')
    .int('must be a whole percentage')
    .min(1, 'must be at least 1')
    .max(100, 'must be at most 100')
    .default(defaultReportSettings.serviceLevelTarget),
  SHORT_ABANDON: whole(secondMs, 'must be whole seconds such as 5s').default(
    defaultReportSettings.shortAbandonSeconds,
  ),
  PUBLIC_HOLIDAYS: holidays.default(defaultReportSettings.publicHolidays),
});

/** The settings that the views use. */
export function reportSettingsOf(config: Partial<z.output<typeof configSchema>>): ReportSettings {
  return {
    returnWindowHours: config.RETURN_WINDOW ?? defaultReportSettings.returnWindowHours,
    serviceLevelSeconds: config.SERVICE_LEVEL ?? defaultReportSettings.serviceLevelSeconds,
    serviceLevelTarget: config.SERVICE_LEVEL_TARGET ?? defaultReportSettings.serviceLevelTarget,
    shortAbandonSeconds: config.SHORT_ABANDON ?? defaultReportSettings.shortAbandonSeconds,
    publicHolidays: config.PUBLIC_HOLIDAYS ?? defaultReportSettings.publicHolidays,
  };
}

import { z } from '#contract';
import { databaseUrlFault } from '#reporting';

/** The adapter's settings. */
export const configSchema = z.object({
  REPORTING_DATABASE_URL: z
    .string()
    .superRefine((text, context) => {
      const fault = databaseUrlFault(text);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .default('sqlite:./data/reporting.sqlite'),
});

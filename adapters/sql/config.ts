import { z } from '#contract';

/** The adapter's settings. */
export const configSchema = z.object({
  REPORTING_DATABASE_URL: z
    .string()
    .regex(
      /^(?:sqlite:.|postgres(?:ql)?:\/\/.|mysql:\/\/.|mariadb:\/\/.)/,
      'begins with sqlite:, postgres:// or mysql://',
    )
    .default('sqlite:./data/reporting.sqlite'),
});

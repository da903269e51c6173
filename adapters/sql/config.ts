import { z, type DialectName } from '#contract';

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

/** Which kind of database a URL names. */
export function dialectOf(url: string): DialectName {
  if (url.startsWith('sqlite:')) return 'sqlite';
  return url.startsWith('postgres') ? 'postgres' : 'mysql';
}

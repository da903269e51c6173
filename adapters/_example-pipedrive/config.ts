import { z } from '#contract';

/** The adapter's settings. */
export const configSchema = z.object({
  PIPEDRIVE_URL: z.url('must be the address of the company, such as https://example.pipedrive.com'),
  PIPEDRIVE_API_TOKEN: z.string().min(8, 'must have at least 8 characters'),
});

export type Config = z.output<typeof configSchema>;

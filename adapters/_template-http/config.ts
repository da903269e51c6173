import { z } from '#contract';

/** The adapter's settings. List secrets in `secrets` of the definition too. */
export const configSchema = z.object({
  TEMPLATE_URL: z.url('must be an address such as https://crm.example.com'),
  TEMPLATE_TOKEN: z.string().min(8, 'must have at least 8 characters'),
});

export type Config = z.output<typeof configSchema>;

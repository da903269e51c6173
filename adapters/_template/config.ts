import { z } from '#contract';

/** The adapter's settings. List secrets in `secrets` of the definition too. */
export const configSchema = z.object({
  TEMPLATE_PATH: z
    .string()
    .default('./data/_template.jsonl')
    .describe('The file that calls are written to, one line of JSON per call.'),
});

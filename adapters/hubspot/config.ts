import { z } from '#contract';
import {
  createStatusesSetting,
  durationSetting,
  fieldMapSetting,
  ownersSetting,
  severalSetting,
  unmatchedSetting,
} from '#crm';
import { ownProperties } from './check/properties.ts';

const logs = ['end', 'live'] as const;
const keys = ['unique', 'search'] as const;

/** The adapter's settings. */
export const configSchema = z.object({
  HUBSPOT_ACCESS_TOKEN: z
    .string()
    .regex(
      /^[\x21-\x7e]{8,}$/,
      'must be a service key or the token of a private app: one word, without spaces',
    ),
  HUBSPOT_BASE_URL: z
    .url({ protocol: /^https?$/, message: 'must be an address such as https://api.hubapi.com' })
    .refine(isSafe, 'must begin with https://, since the token passes through it')
    .transform((url) => url.replace(/\/+$/, ''))
    .default('https://api.hubapi.com'),
  HUBSPOT_API_VERSION: z
    .string()
    .regex(/^(?:v3|20\d\d-\d\d)$/, 'must be a dated version such as 2026-09, or v3')
    .default('2026-09'),
  HUBSPOT_TIMEOUT: durationSetting()
    .refine((ms) => ms > 0, 'must be longer than 0s')
    .default(10_000),
  HUBSPOT_BURST: z.coerce
    .number('must be a number of requests')
    .int('must be a number of requests')
    .min(10, 'must be at least 10')
    .default(100),
  HUBSPOT_LOG: z.enum(logs, `must be one of ${logs.join(', ')}`).default('end'),
  HUBSPOT_KEY: z.enum(keys, `must be one of ${keys.join(', ')}`).default('unique'),
  HUBSPOT_SEVERAL: severalSetting(),
  HUBSPOT_UNMATCHED: unmatchedSetting(),
  HUBSPOT_CREATE_STATUSES: createStatusesSetting(),
  HUBSPOT_CREATE_AFTER: durationSetting().default(0),
  HUBSPOT_OWNERS: ownersSetting(),
  HUBSPOT_FIELDS: fieldMapSetting().refine(
    (mappings) => mappings.every(({ theirs }) => !ownProperties.has(theirs)),
    'maps a field to a property that the kit writes itself',
  ),
});

export type HubspotConfig = z.output<typeof configSchema>;

/** Plain HTTP is allowed only to this machine itself, for tests. */
function isSafe(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

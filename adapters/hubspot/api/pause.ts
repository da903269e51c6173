import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import { LostReply } from '#crm';
import { callKey, contactKey } from '../check/properties.ts';
import { isCreatorPowerless, isKeyFault, Refusal, rowFaultOf, type ErrorDetails } from './refusal.ts';

const secondMs = 1_000;

/**
 * What an error means for HubSpot as a whole: it is away or asks for a pause, or a person has to mend something.
 *
 * @returns undefined when it is no answer of HubSpot's, but a fault of ours
 */
export function pauseFor(error: unknown): DestinationUnavailable | AdapterMisconfigured | undefined {
  if (error instanceof DestinationUnavailable || error instanceof AdapterMisconfigured) return error;
  if (error instanceof LostReply)
    return new DestinationUnavailable(`HubSpot's answer did not come: ${error.message}.`, { cause: error });
  if (!(error instanceof Refusal)) return undefined;
  const { status } = error;
  const away = (waitMs?: number): DestinationUnavailable =>
    new DestinationUnavailable(error.message, { retryAfterMs: error.retryAfterMs ?? waitMs, cause: error });
  if (status === 401) {
    const remedy =
      'Make a service key in HubSpot (Settings > Integrations > Service Keys) and set HUBSPOT_ACCESS_TOKEN.';
    return new AdapterMisconfigured('HubSpot refuses the access token (401).', remedy, { cause: error });
  }
  if (status === 403 || (status < 500 && rowFaultOf(error.details) === 'forbidden'))
    return forbidden(error.message, error.details, error);
  if (status === 429) return away(limitMs(error.details.policyName));
  if (status === 408) return away();
  if (status === 423) return away(2 * secondMs);
  // The account is being moved to another data centre.
  if (status === 477) return away(3600 * secondMs);
  // Connection and TLS troubles before HubSpot: they last.
  if ([522, 525, 526].includes(status)) return away(30 * secondMs);
  if (status >= 500) return away();
  if ([callKey, contactKey].some((key) => isKeyFault(error.details, key))) return keyMissing(error);
  const remedy =
    'Is HUBSPOT_BASE_URL right, and HUBSPOT_API_VERSION one that HubSpot still has? Else the message says what HubSpot does not take.';
  return new AdapterMisconfigured(error.message, remedy, { cause: error });
}

/** The kit's own property is missing: nothing lands twice only with it. */
export function keyMissing(cause?: unknown): AdapterMisconfigured {
  const remedy =
    'Make the properties: npm run adapter:setup -- hubspot. Where the portal refuses a unique one, set HUBSPOT_KEY=search.';
  return new AdapterMisconfigured(
    "HubSpot lacks the kit's key property, or it is not unique, or read only.",
    remedy,
    {
      cause,
    },
  );
}

/** How long a limit lasts, when HubSpot names no time. */
function limitMs(policyName: string): number {
  if (policyName === 'SECONDLY') return secondMs;
  // Until midnight where the account is, which is not known: an hour is the most that a pause lasts.
  return policyName === 'DAILY' ? 3600 * secondMs : 10 * secondMs;
}

/** The token lacks a permission. */
export function forbidden(message: string, details: ErrorDetails, cause?: unknown): AdapterMisconfigured {
  const remedy = isCreatorPowerless(details)
    ? 'The user who made the token may have left, or lost permissions. Make a service key as an active super admin and set HUBSPOT_ACCESS_TOKEN.'
    : scopeRemedy(details.text);
  return new AdapterMisconfigured(message, remedy, { cause });
}

function scopeRemedy(text: string): string {
  const scopes = [...new Set(text.match(/\b(?:crm|settings|oauth)(?:\.[a-z_]+)+\b/g) ?? [])];
  const named = scopes.length === 0 ? 'the scope that it lacks' : scopes.join(', ');
  return `Give the private app or service key ${named}; adapters/hubspot/README.md lists what is needed.`;
}

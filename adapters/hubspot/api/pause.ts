import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import { LostReply } from '#crm';
import { callKey, contactKey } from '../check/properties.ts';
import { isCreatorWithoutRights, isKeyFault, Refusal, rowFaultOf, type ErrorDetails } from './refusal.ts';

const secondMs = 1_000;

/**
 * Whether an error concerns HubSpot as a whole: it is unreachable, asks for a pause, or a person must correct
 * something.
 * @returns undefined when the error is not an answer from HubSpot but a bug here
 */
export function pauseFor(error: unknown): DestinationUnavailable | AdapterMisconfigured | undefined {
  if (error instanceof DestinationUnavailable || error instanceof AdapterMisconfigured) return error;
  if (error instanceof LostReply)
    return new DestinationUnavailable(`HubSpot did not answer: ${error.message}.`, { cause: error });
  if (!(error instanceof Refusal)) return undefined;
  const { status } = error;
  const away = (waitMs?: number): DestinationUnavailable =>
    new DestinationUnavailable(error.message, { retryAfterMs: error.retryAfterMs ?? waitMs, cause: error });
  if (status === 401) {
    const remedy =
      'Create a service key in HubSpot (Settings > Integrations > Service Keys) and set HUBSPOT_ACCESS_TOKEN.';
    return new AdapterMisconfigured('HubSpot refuses the access token (401).', remedy, { cause: error });
  }
  if (status === 403 || (status < 500 && rowFaultOf(error.details) === 'forbidden'))
    return forbidden(error.message, error.details, error);
  if (status === 429) return away(limitMs(error.details.policyName));
  if (status === 408) return away();
  if (status === 423) return away(2 * secondMs);
  // HubSpot is moving the account to another data centre.
  if (status === 477) return away(3600 * secondMs);
  // Connection or TLS faults in front of HubSpot. They last.
  if ([522, 525, 526].includes(status)) return away(30 * secondMs);
  if (status >= 500) return away();
  if ([callKey, contactKey].some((key) => isKeyFault(error.details, key))) return keyMissing(error);
  const remedy =
    'Check HUBSPOT_BASE_URL, and check that HubSpot still supports HUBSPOT_API_VERSION. If both are right, the message says what HubSpot refused.';
  return new AdapterMisconfigured(error.message, remedy, { cause: error });
}

/** The key property is missing. Without it, a call could land twice. */
export function keyMissing(cause?: unknown): AdapterMisconfigured {
  const remedy =
    'Create the properties: npm run adapter:setup -- hubspot. If the portal refuses a unique property, set HUBSPOT_KEY=search.';
  return new AdapterMisconfigured(
    "The kit's key property is missing in HubSpot, not unique or read only.",
    remedy,
    {
      cause,
    },
  );
}

/** The pause after a limit was reached, when HubSpot names no time. */
function limitMs(policyName: string): number {
  if (policyName === 'SECONDLY') return secondMs;
  // The limit ends at midnight in the account's time zone, which is unknown. An hour is the longest pause.
  return policyName === 'DAILY' ? 3600 * secondMs : 10 * secondMs;
}

/** The token lacks a permission. */
export function forbidden(message: string, details: ErrorDetails, cause?: unknown): AdapterMisconfigured {
  const remedy = isCreatorWithoutRights(details)
    ? 'The user who created the token may be deactivated or may lack permissions. Create a service key as an active super admin and set HUBSPOT_ACCESS_TOKEN.'
    : scopeRemedy(details.text);
  return new AdapterMisconfigured(message, remedy, { cause });
}

function scopeRemedy(text: string): string {
  const scopes = [...new Set(text.match(/\b(?:crm|settings|oauth)(?:\.[a-z_]+)+\b/g) ?? [])];
  const named = scopes.length === 0 ? 'the scope that it lacks' : scopes.join(', ');
  return `Give the service key or private app ${named}; adapters/hubspot/README.md lists what is needed.`;
}

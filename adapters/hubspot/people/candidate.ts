import type { MatchCandidate } from '#crm';
import type { HubspotRecord } from '../api/answers.ts';

/** HubSpot's own reading of a number is preferred to the typed text, because HubSpot knows the contact's country. */
export function candidateOf({ id, properties, updatedAt }: HubspotRecord): MatchCandidate {
  const value = (name: string): string | undefined => properties[name] ?? undefined;
  const modifiedAtMs = Date.parse(updatedAt ?? '');
  return {
    object: 'contact',
    id,
    name: [value('firstname'), value('lastname')].filter(Boolean).join(' ') || undefined,
    numbers: [
      value('hs_calculated_phone_number') ?? value('phone'),
      value('hs_calculated_mobile_number') ?? value('mobilephone'),
    ].filter((number) => number !== undefined),
    modifiedAtMs: Number.isNaN(modifiedAtMs) ? undefined : modifiedAtMs,
    companyId: value('associatedcompanyid'),
    ownerId: value('hubspot_owner_id'),
  };
}

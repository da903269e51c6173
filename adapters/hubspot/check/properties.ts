/** Properties of a HubSpot object by name. Every value is text; an empty one clears the property. */
export type Properties = Readonly<Record<string, string>>;

/** Holds a call's key; unique where the portal lets it be. Made by `npm run adapter:setup -- hubspot`. */
export const callKey = 'jet_call_key';

/** Holds the E.164 number that the kit made a contact for. Unique. Made by the same command. */
export const contactKey = 'jet_phone_number';

/** Written with the call and never again. */
export const fixedProperties: ReadonlySet<string> = new Set([callKey, 'hs_timestamp']);

/** What became of the call: written whenever it changes. Everything else is left to people once they changed it. */
export const outcomeProperties: ReadonlySet<string> = new Set(['hs_call_status', 'hs_call_duration']);

export const ownerProperty = 'hubspot_owner_id';

/** What the kit writes of itself, and no setting may map to. */
export const ownProperties: ReadonlySet<string> = new Set([
  ...fixedProperties,
  ...outcomeProperties,
  ownerProperty,
  'hs_call_disposition',
  'hs_call_title',
  'hs_call_body',
  'hs_call_direction',
  'hs_call_from_number',
  'hs_call_to_number',
]);

/** Without these a call cannot land. Any other is left out where the portal will not take it. */
export const requiredProperties: ReadonlySet<string> = new Set([callKey, 'hs_timestamp']);

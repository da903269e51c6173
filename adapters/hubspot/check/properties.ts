/** Properties of a HubSpot object by name. Every value is text. An empty text clears the property. */
export type Properties = Readonly<Record<string, string>>;

/** Holds a call's key. Unique where the portal allows it. `npm run adapter:setup -- hubspot` creates it. */
export const callKey = 'jet_call_key';

/** Holds the E.164 number that the kit made a contact for. Unique. The same command creates it. */
export const contactKey = 'jet_phone_number';

/** Written when the call is created, and never again. */
export const fixedProperties: ReadonlySet<string> = new Set([callKey, 'hs_timestamp']);

/** The outcome of the call. Written whenever it changes. In any other property, a person's change is kept. */
export const outcomeProperties: ReadonlySet<string> = new Set(['hs_call_status', 'hs_call_duration']);

export const ownerProperty = 'hubspot_owner_id';

/** Properties that the kit writes itself, and that no setting can map to. */
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

/** A call cannot land without these. Any other property is omitted where the portal does not accept it. */
export const requiredProperties: ReadonlySet<string> = new Set([callKey, 'hs_timestamp']);

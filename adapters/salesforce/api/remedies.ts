import { AdapterMisconfigured } from '#contract';

/** How to let the integration user change a Task of another owner. No right on Task itself allows that. */
export const editOthersTasks =
  'Let the integration user edit Tasks that others own. If activities are Private, give it a role above their owners. If they are Controlled by Parent, give it Edit on contacts, leads and accounts (Modify All where these are not public). Modify All Data works in both cases';

/** The fault of an org in which the user cannot create any Task. */
export function tasksForbidden(code: string): AdapterMisconfigured {
  return new AdapterMisconfigured(
    `The integration user cannot create Tasks (${code}).`,
    'Give the user Edit Tasks. The permission set Jet_Call_Logging does that (adapters/salesforce/README.md).',
  );
}

/** What the operator can do about a Task that was refused with this code. */
export function remedyFor(code: string, fields: readonly string[]): string {
  const named = fields.length > 0 ? ` (${fields.join(', ')})` : '';
  const again = 'Then: npm run replay -- --destination salesforce --state rejected';
  switch (code) {
    case 'FIELD_CUSTOM_VALIDATION_EXCEPTION':
      return `Let the validation rule on Task${named} accept Tasks of the integration user. ${again}`;
    case 'DUPLICATE_VALUE':
      return `Another record already has a value that must be unique. Map nothing to a unique field. ${again}`;
    case 'REQUIRED_FIELD_MISSING':
      return `Map a field of the call to the required field${named} with SALESFORCE_FIELDS, or give it a default in the org. ${again}`;
    case 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY':
    case 'CANNOT_EXECUTE_FLOW_TRIGGER':
      return `A trigger or flow on Task failed. Correct it, or exclude the integration user from it. ${again}`;
    case 'INSUFFICIENT_ACCESS':
    case 'INSUFFICIENT_ACCESS_OR_READONLY':
      return `${editOthersTasks}. ${again}`;
    default:
      return `Correct what the message names in the org${named}, or change mapping.ts. ${again}`;
  }
}

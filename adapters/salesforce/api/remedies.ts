import { AdapterMisconfigured } from '#contract';

/** What it takes to change a Task that somebody else owns. No right on Task itself gives it. */
export const editOthersTasks =
  'Let the integration user edit Tasks that others own: where activities are Private, by a role above their owners; where they are Controlled by Parent, by Edit on contacts, leads and accounts (Modify All on them where they are not public); in both by Modify All Data';

/** The error of an org in which the user may make no Tasks at all. */
export function shutTasks(code: string): AdapterMisconfigured {
  return new AdapterMisconfigured(
    `The integration user may not make Tasks (${code}).`,
    'Give the user Edit Tasks: the permission set Jet_Call_Logging does (adapters/salesforce/README.md).',
  );
}

/** What the operator can do about a Task that is refused with this code. */
export function remedyFor(code: string, fields: readonly string[]): string {
  const named = fields.length > 0 ? ` (${fields.join(', ')})` : '';
  const again = 'then: npm run replay -- --destination salesforce --state rejected';
  switch (code) {
    case 'FIELD_CUSTOM_VALIDATION_EXCEPTION':
      return `Let the validation rule on Task${named} pass Tasks of the integration user, ${again}`;
    case 'DUPLICATE_VALUE':
      return `Another record has a value that the org keeps unique: map nothing to such a field, ${again}`;
    case 'REQUIRED_FIELD_MISSING':
      return `Fill the required field${named} by SALESFORCE_FIELDS, or give it a default in the org, ${again}`;
    case 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY':
    case 'CANNOT_EXECUTE_FLOW_TRIGGER':
      return `A trigger or flow on Task failed: mend it or leave out the integration user, ${again}`;
    case 'INSUFFICIENT_ACCESS':
    case 'INSUFFICIENT_ACCESS_OR_READONLY':
      return `${editOthersTasks}, ${again}`;
    default:
      return `Mend what the message says in the org${named}, or in mapping.ts, ${again}`;
  }
}

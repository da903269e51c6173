import type { FieldValue } from '#crm';

/** A value as text that is the same when Salesforce gives it back: trimmed, with its own line ends, times and ids. */
export function plainText(value: FieldValue | undefined): string {
  if (value === null || value === undefined) return '';
  const text = String(value).replaceAll('\r\n', '\n').trim();
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) {
    const epochMs = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
    if (!Number.isNaN(epochMs)) return new Date(epochMs).toISOString();
  }
  // The last three of an id's 18 letters only check the first 15.
  return /^00[0-9A-Za-z]{16}$/.test(text) ? text.slice(0, 15) : text;
}

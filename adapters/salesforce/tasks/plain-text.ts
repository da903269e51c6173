import type { FieldValue } from '#crm';

/** Normalises a value as text, so that it stays equal after Salesforce has stored it: spaces, line ends, times, ids. */
export function plainText(value: FieldValue | undefined): string {
  if (value === null || value === undefined) return '';
  const text = String(value).replaceAll('\r\n', '\n').trim();
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) {
    const epochMs = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
    if (!Number.isNaN(epochMs)) return new Date(epochMs).toISOString();
  }
  // The last three of an id's 18 characters are a checksum.
  return /^00[0-9A-Za-z]{16}$/.test(text) ? text.slice(0, 15) : text;
}

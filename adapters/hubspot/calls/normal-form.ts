/**
 * Normalises a value, so that it stays equal after HubSpot has stored it. HubSpot cleans the rich text of a body (tags,
 * entities, white space) and writes times in its own format. For media that a person pasted, such as an image, the
 * source is kept.
 */
export function normalForm(value: string): string {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)$/.test(value)) {
    const epochMs = Date.parse(value);
    if (!Number.isNaN(epochMs)) return new Date(epochMs).toISOString();
  }
  return decoded(value.replace(mediaTag, mediaMark).replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

const mediaTag = /<(img|iframe|video|audio|source|embed|object)\b([^>]*)>/gi;
const sourceOf = /\s(?:src|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;

/** Replaces a media tag in a text by a placeholder character, the media's kind and its source. */
function mediaMark(_tag: string, kind: string, attributes: string): string {
  const [, inDouble, inSingle, bare] = sourceOf.exec(attributes) ?? [];
  return ` \ufffc${kind.toLowerCase()} ${inDouble ?? inSingle ?? bare ?? ''} `;
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[(name as string).toLowerCase()] ?? whole;
    const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal);
    return code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}

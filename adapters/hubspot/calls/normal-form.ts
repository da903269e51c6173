/**
 * A value in a form that is the same when HubSpot gives it back: it cleans the rich text of a body (tags, entities,
 * white space), and writes moments in its own way. Of what a person pasted that is no text, such as an image, its
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

/** A character that stands for an object in a text, the kind of it and where it comes from. */
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

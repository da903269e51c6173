import { decodeText } from './decode-text.ts';

// The same limit as for the keys of a JSON body.
const fieldsMax = 1000;

/** True for a text in form encoding: up to 1,000 `name=value` pairs, joined by `&`. */
export function isForm(text: string): boolean {
  let fields = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    fields += 1;
    if (fields > fieldsMax) return false;
  }
  return /^[^\s{}[\]"<>&=]+=/.test(text) || /^%(?:7B|5B|22)/i.test(text);
}

/**
 * Converts a form to JSON text: an object of its fields. When the form has one field and that field contains JSON, the
 * result is that JSON. Escaped bytes are decoded like the bytes of a body. A repeated name keeps every value: later
 * values have the name `name (2)`. PHP's `data[key]` becomes `data.key`.
 */
export function formAsJson(text: string, contentType: string | undefined): string {
  const fields = [...new URLSearchParams(inUtf8(text.trim(), contentType))];
  const [only] = fields;
  if (fields.length === 1 && only !== undefined) {
    const json = only.find(looksLikeJson);
    if (json !== undefined) return json;
  }
  const counts = new Map<string, number>();
  const members = fields.map(([name, value]) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const key = name.replace(/\[([^[\]]*)\]/g, '.$1');
    return `${JSON.stringify(count === 1 ? key : `${key} (${count})`)}:${JSON.stringify(value)}`;
  });
  return `{${members.join(',')}}`;
}

/** Escapes the bytes of another charset as UTF-8: under ISO-8859-1, `%E9` becomes `%C3%A9`. */
function inUtf8(text: string, contentType: string | undefined): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    if (!/%[89a-f]/i.test(escapes)) return escapes;
    return encodeURIComponent(decodeText(Buffer.from(escapes.replaceAll('%', ''), 'hex'), contentType).text);
  });
}

function looksLikeJson(text: string): boolean {
  return /^\s*[{["]/.test(text);
}

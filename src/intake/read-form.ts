// As many as a JSON body may have keys.
const fieldsMax = 1000;

/** True for a text that is written as a form: `name=value`, joined by `&`, at most 1,000 of them. */
export function isForm(text: string): boolean {
  let fields = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    fields += 1;
    if (fields > fieldsMax) return false;
  }
  return /^[^\s{}[\]"<>&=]+=/.test(text) || /^%(?:7B|5B|22)/i.test(text);
}

/**
 * A form as the text of a JSON value: an object of its fields, or what its only field holds when that is JSON.
 * A repeated name keeps every value, the later ones as `name (2)`. `data[key]` becomes `data.key`, as PHP writes it.
 */
export function formAsJson(text: string): string {
  const fields = [...new URLSearchParams(text.trim())];
  const [only] = fields;
  if (fields.length === 1 && only !== undefined) {
    const json = only.find(isBracketed);
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

function isBracketed(text: string): boolean {
  return /^\s*[{["]/.test(text);
}

/** A member of a JSON object, with the original text of its value. */
export interface Member {
  readonly key: string;
  readonly text: string;
}

/** Splits a well-formed JSON list into the original texts of its items. */
export function splitList(list: string): string[] {
  return split(list);
}

/** Splits a well-formed JSON object into its members, with the original texts of their values. */
export function splitObject(object: string): Member[] {
  return split(object).map((member) => {
    const [name = ''] = /^"(?:[^"\\]|\\.)*"/.exec(member) ?? [];
    const colon = member.indexOf(':', name.length);
    return { key: JSON.parse(name) as string, text: member.slice(colon + 1).trim() };
  });
}

/** Splits the text inside the outermost brackets at its top-level commas. */
function split(json: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  let isInText = false;
  const take = (to: number): void => {
    const part = json.slice(from, to).trim();
    if (part !== '') parts.push(part);
    from = to + 1;
  };
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (isInText) {
      if (character === '\\') at += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth === 1) from = at + 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) take(at);
    } else if (character === ',' && depth === 1) take(at);
  }
  return parts;
}

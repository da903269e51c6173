/**
 * Normalizes the text of a phone field. Full-width and Arabic digits become ASCII. Invisible characters from phones and
 * web pages are removed. Every dash becomes a hyphen and every blank a space. A plus before a zero is removed, because
 * no country code begins with zero.
 */
export function plainPhoneText(text: string): string {
  if (/^[ -~]*$/.test(text)) return withoutOddPlus(text);
  return withoutOddPlus(
    text
      .normalize('NFKC')
      // Variation selectors, keycaps, joiners, direction marks and soft hyphens.
      .replace(/[\ufe00-\ufe0f\u20e3\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
      .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
      .replace(/[\u2010-\u2015\u2212]/g, '-')
      .replace(/[\t\n\v\f\r\u0085\u2028\u2029]/g, '\n')
      .replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' '),
  );
}

function withoutOddPlus(text: string): string {
  return text.replace(/\+ ?(?=0)/g, '').replace(/\+ (?=[1-9])/g, '+');
}

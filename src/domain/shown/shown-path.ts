const lengthMax = 100;
const segmentsMax = 8;

// Words as addresses have them: "call-end", "v2", "Webhooks". Not ids, numbers, tokens or encoded texts.
const word = /^[A-Za-z]{1,16}\d{0,2}$/;

/**
 * A path that is safe to log, store and show. It has no query, and `…` replaces each part that may be a number, an id,
 * a token or a text from outside.
 *
 * @param secrets texts that never show, such as the value of the fixed header
 */
export function shownPath(path: string, secrets: readonly string[] = []): string {
  const [bare = ''] = path.split(/[?#]/, 1);
  const segments = bare.split('/').slice(1);
  const shown = segments
    .slice(0, segmentsMax)
    .map((segment) =>
      isPlain(segment) && !secrets.some((secret) => segment.includes(secret)) ? segment : '…',
    );
  const rest = segments.length > segmentsMax ? '/…' : '';
  return `/${shown.join('/')}${rest}`.slice(0, lengthMax);
}

function isPlain(segment: string): boolean {
  const words = segment.split(/[-_.]/).filter((part) => part !== '');
  return words.length <= 5 && words.every((part) => word.test(part));
}

// Words that occur in guessable passwords and in examples of settings.
const wellKnownWords = [
  ...['password', 'passwort', 'passphrase', 'passw', 'letmein', 'changeme', 'change'],
  ...[
    'replace',
    'welcome',
    'default',
    'example',
    'placeholder',
    'secret',
    'administrator',
    'admin',
    'operator',
  ],
  ...[
    'console',
    'metrics',
    'webhook',
    'header',
    'value',
    'token',
    'apikey',
    'test',
    'demo',
    'your',
    'please',
  ],
  ...[
    'here',
    'this',
    'enter',
    'iloveyou',
    'monkey',
    'dragon',
    'master',
    'root',
    'user',
    'super',
    'jet',
    'interactive',
  ],
];
// Sequences of neighbouring keys, letters and digits.
const rows = [
  ...['01234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl'],
  ...['zxcvbnm', 'yxcvbnm', '!@#$%^&*()', '1q2w3e4r5t6y7u8i9o0p', '1qaz2wsx3edc4rfv5tgb6yhn'],
];
const runs = [...rows, ...rows.map((row) => Array.from(row).reverse().join(''))];
const runLength = 4;
// Characters that people write in place of letters: p@ssw0rd.
const disguises: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
};

const distinctMin = 6;
const unknownMin = 5;

/**
 * True for a secret that a guesser tries early. Such a secret has fewer than six distinct characters, repeats a short
 * text, or has fewer than five distinct characters besides well-known words and rows of keys. A random text of at least
 * 16 characters passes, and so do a few unusual words. Do not use this rule for shorter texts.
 */
export function isEasyToGuess(secret: string): boolean {
  const text = secret.toLowerCase().replace(/[\s._-]/g, '');
  return new Set(text).size < distinctMin || isRepeated(text) || new Set(unknownPart(text)).size < unknownMin;
}

/** True when the text repeats one part. The last repetition can be incomplete. */
function isRepeated(text: string): boolean {
  const half = Math.floor(text.length / 2);
  for (let length = 1; length <= half; length += 1) {
    if (text.slice(length) === text.slice(0, -length)) return true;
  }
  return false;
}

/** Removes sequences of keys and well-known words from the text, including disguised words such as p@ssw0rd. */
function unknownPart(text: string): string {
  const known = new Set<number>();
  const mark = (start: number, length: number): void => {
    for (let index = start; index < start + length; index += 1) known.add(index);
  };
  const plain = text.replace(/[@4310$5]/g, (character) => disguises[character] ?? character);
  for (const word of wellKnownWords) {
    for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + 1)) mark(at, word.length);
  }
  for (let at = 0; at + runLength <= text.length; at += 1) {
    const part = text.slice(at, at + runLength);
    if (runs.some((run) => run.includes(part))) mark(at, runLength);
  }
  return text.replace(/[^]/g, (character, index: number) => (known.has(index) ? '' : character));
}

import { ApiRefusal } from '../api-answer.ts';

export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'instant' | 'sign' | 'search' | 'end';
  /** The unescaped text of a string, or the text between the braces of a search. */
  readonly text: string;
  readonly at: number;
}

const forms: readonly (readonly [Token['kind'], RegExp])[] = [
  ['instant', /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?(?![\w:])/y],
  ['number', /-?\d+(?:\.\d+)?(?![\w.])/y],
  ['word', /[A-Za-z]\w*(?:\.[A-Za-z]\w*)*/y],
  ['string', /'(?:[^'\\]|\\["'\\nrt])*'/y],
  ['search', /\{(?:[^{}\\]|\\.)*\}/y],
  ['sign', /!=|<=|>=|[=<>(),]/y],
];

/** Reads a SOQL or SOSL statement token by token, and refuses unexpected tokens. */
export class StatementReader {
  readonly statement: string;
  readonly #errorCode: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(statement: string, errorCode: 'MALFORMED_QUERY' | 'MALFORMED_SEARCH') {
    this.statement = statement;
    this.#errorCode = errorCode;
    this.#tokens = this.#tokenize();
  }

  peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: this.statement.length };
  }

  take(kind?: Token['kind']): Token {
    const token = this.peek();
    if (kind !== undefined && token.kind !== kind) this.refuse(token);
    this.#next += 1;
    return token;
  }

  /** Takes these words or signs if they come next, in any case. */
  takeIf(...texts: string[]): boolean {
    const coming = texts.map((_, index) => this.#tokens[this.#next + index]);
    const fits = coming.every(
      (token, index) =>
        (token?.kind === 'word' || token?.kind === 'sign') &&
        token.text.toUpperCase() === texts[index]?.toUpperCase(),
    );
    if (fits) this.#next += texts.length;
    return fits;
  }

  expect(...texts: string[]): void {
    if (!this.takeIf(...texts)) this.refuse(this.peek());
  }

  /** Reads one or more items, separated by commas. */
  list<Item>(read: () => Item): Item[] {
    const items = [read()];
    while (this.takeIf(',')) items.push(read());
    return items;
  }

  refuse({ text, at }: Token): never {
    const what = text === '' ? 'unexpected end of the statement' : `unexpected token: '${text}'`;
    throw new ApiRefusal(400, this.#errorCode, `ERROR at Row:1:Column:${at + 1}\n${what}`);
  }

  #tokenize(): Token[] {
    const tokens: Token[] = [];
    const { statement } = this;
    for (let at = 0; at < statement.length;) {
      const space = /\s*/y;
      space.lastIndex = at;
      at += space.exec(statement)?.[0].length ?? 0;
      if (at >= statement.length) break;
      const found = this.#tokenAt(at);
      tokens.push(found.token);
      at += found.length;
    }
    return tokens;
  }

  #tokenAt(at: number): { token: Token; length: number } {
    for (const [kind, form] of forms) {
      form.lastIndex = at;
      const raw = form.exec(this.statement)?.[0];
      if (raw === undefined) continue;
      const text =
        kind === 'string' ? unescaped(raw.slice(1, -1)) : kind === 'search' ? raw.slice(1, -1) : raw;
      return { token: { kind, text, at }, length: raw.length };
    }
    return this.refuse({ kind: 'sign', text: this.statement.slice(at, at + 10), at });
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
}

/** One fact about a database. A fact without a remedy needs no change. */
export interface DatabaseFact {
  readonly message: string;
  readonly remedy?: string;
}

/** The answer to a question, by the names in its columns. Empty when the database did not answer. */
export type Answer = Readonly<Record<string, string | number | boolean | null>>;

/** A question to a database: SQL columns, and what their values mean. */
export interface Question {
  readonly columns: string;
  /** Undefined when there is nothing to say. */
  readonly tell: (answer: Answer) => DatabaseFact | undefined;
}

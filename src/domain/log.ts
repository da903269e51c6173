/** The log of every part. Fields come first, then a sentence. Never log a secret, a token or a full phone number. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

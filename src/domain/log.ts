/** What the kit's parts log through. Fields first, then a sentence; never a secret, a token or a whole number. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The secret key, and the one before it while the key is being changed. */
export interface SecretKeys {
  /** Whatever is new is made under this one. */
  readonly present: string;
  /** What was made under this one is still accepted. */
  readonly previous: string | undefined;
}

/** The keys under which something accepted may have been made, the present one first. */
export function acceptedKeys({ present, previous }: SecretKeys): [string, ...string[]] {
  return previous === undefined ? [present] : [present, previous];
}

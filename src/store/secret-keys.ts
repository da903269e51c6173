/** The secret key, and the previous key while the key is being changed. */
export interface SecretKeys {
  /** Everything new uses this key. */
  readonly present: string;
  /** Everything that was made with this key is still accepted. */
  readonly previous: string | undefined;
}

/** The accepted keys, the present key first. */
export function acceptedKeys({ present, previous }: SecretKeys): [string, ...string[]] {
  return previous === undefined ? [present] : [present, previous];
}

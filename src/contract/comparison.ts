/** What a landing would change at the destination now. Nothing was written to find out. */
export interface Comparison {
  /** `none`: nothing would land, and the note says why. */
  readonly effect: 'create' | 'update' | 'unchanged' | 'none';
  /** A sentence for the operator, without secrets. */
  readonly note?: string;
  /** The fields that would be written, with the value that the destination shows now where it was read. */
  readonly fields: readonly { readonly field: string; readonly before?: string; readonly after: string }[];
}

/** One rule of an additional privilege; see the recorded contract. */
export interface Permission {
  readonly subject: string
  readonly action: readonly string[]
  readonly conditions?: Readonly<Record<string, unknown>>
}

import * as z from 'zod'

/** Something about a file or an object that a diff does not show. */
export const noteShape = z.strictObject({
  /** The file as the user named it, or the object in the cluster. */
  where: z.string(),
  /** Its line in that file. */
  line: z.int().optional(),
  /** `left`: a person has to change it, and the text says to what. `told`: worth knowing. */
  kind: z.enum(['left', 'told']),
  text: z.string(),
})
export type Note = z.infer<typeof noteShape>

/** Characters of a text that others take the place of. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** What is written for a service token: ESO has no field for it any more. */
export interface Instead {
  /** The Secret with a machine identity's clientId and clientSecret, and its namespace if that is known. */
  readonly credentials: { readonly name: string; readonly namespace?: string }
  /** Scope of a store that says none. */
  readonly project?: string | undefined
  readonly environment?: string | undefined
}

/** What is said of a place in a text. */
export interface Remark {
  readonly kind: 'left' | 'told'
  readonly at: number
  readonly text: string
}

/** Characters to change, and what is to be said beside. */
export interface Rewriting {
  readonly edits: readonly Edit[]
  readonly remarks: readonly Remark[]
}

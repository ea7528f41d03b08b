import type { Source } from './wanted.ts'

/** Something between a folder and the looking project, whose slug `project` is; `id` is the server's. */
interface OfFolder<Kind, Change> {
  readonly kind: Kind
  readonly change: Change
  readonly project: string
  readonly source: Source
}
type Of<Kind> = OfFolder<Kind, 'create'> | (OfFolder<Kind, 'remove'> & { readonly id: string })

/** That the looking project may import a folder, or that it does. */
export type FolderAction = Of<'grant'> | Of<'import'>

/** What lets projects share at all; `name` is the organisation's, or the variable's. */
export interface SharingAction {
  readonly kind: 'sharing' | 'variable'
  readonly change: 'change'
  readonly project?: never
  readonly name: string
}

/** One thing to do for the looking project to see what it is to look into. */
export type LookAction = SharingAction | FolderAction

/** What the looking project sees, and the file does not have: what a prune deletes. */
export type LookRemoval = FolderAction & { readonly change: 'remove' }

/** Whether an action is one of these. */
export function isOfLook(action: { readonly kind: string }): action is LookAction {
  return ['sharing', 'variable', 'grant', 'import'].includes(action.kind)
}
